using System.Net;
using LeadSync.Crm.Outbound;

namespace LeadSync.Crm.Tests.Outbound;

public sealed class When_a_good_name_leads_elsewhere
{
    private const string Good = "https://acme.my.salesforce.com";

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.0.1")]
    [InlineData("192.0.2.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::127.0.0.1")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:0:1::1")]
    [InlineData("2001:db8::1")]
    [InlineData("fc00::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("fe80::1")]
    [InlineData("ff02::1")]
    public async Task No_connection_is_opened_to_what_is_not_public(string address)
    {
        var network = new CountedNetwork(address);
        using var client = new ClientOn(network);

        var called = await client.CallAsync(Good);
        var loggedIn = await client.LogInAsync(Good);

        network.LookedUp.ShouldBe(["acme.my.salesforce.com", "acme.my.salesforce.com"]);
        network.Connected.ShouldBeEmpty();
        called.Failure.Code.ShouldBe("HOST_NOT_ALLOWED");
        loggedIn.Failure.Code.ShouldBe("HOST_NOT_ALLOWED");
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::8.8.8.8")]
    [InlineData("2606:4700:4700::1111")]
    public async Task What_is_public_is_connected(string address)
    {
        var network = new CountedNetwork(address);
        using var client = new ClientOn(network);

        await client.CallAsync(Good);

        network.Connected.ShouldBe([IPAddress.Parse(address)]);
    }

    [Fact]
    public async Task Of_several_addresses_only_public_ones_are_tried()
    {
        var network = new CountedNetwork("127.0.0.1", "8.8.8.8", "::1");
        using var client = new ClientOn(network);

        await client.CallAsync(Good);

        network.Connected.ShouldBe([IPAddress.Parse("8.8.8.8")]);
    }

    [Fact]
    public async Task The_address_that_was_checked_is_the_one_connected_to()
    {
        var network = new CountedNetwork("8.8.8.8");
        using var client = new ClientOn(network);
        await client.CallAsync(Good);
        network.LookedUp.Count.ShouldBe(1);

        network.Addresses = [IPAddress.Loopback];
        var rebound = await client.CallAsync(Good);

        network.Connected.ShouldBe([IPAddress.Parse("8.8.8.8")]);
        rebound.Failure.Code.ShouldBe("HOST_NOT_ALLOWED");
    }

    [Fact]
    public async Task A_development_host_may_be_anywhere()
    {
        var network = new CountedNetwork("127.0.0.1");
        using var client = new ClientOn(network, "crm.test");

        await client.CallAsync("http://crm.test:8090");

        network.Connected.ShouldBe([IPAddress.Loopback]);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_the_token_goes_nowhere_else()
    {
        await using var elsewhere = await ScriptedSalesforce.StartAsync();
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(302, "", ("Location", elsewhere.Url.ToString()));

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.ReadUsageAsync(salesforce.Session, TestContext.Current.CancellationToken)
        );

        thrown.Failure.Code.ShouldBe("CRM_REFUSED");
        elsewhere.Asked.ShouldBeEmpty();
    }

    // A proxy would look the name up by itself; that the environment names one must change nothing.
    [Fact]
    public void No_proxy_stands_between()
    {
        var connection = new GuardedConnection(new HostGuard(new OutboundOptions()), new Network());

        using var handler = connection.ToHandler();

        handler.UseProxy.ShouldBeFalse();
        handler.AllowAutoRedirect.ShouldBeFalse();
    }
}
