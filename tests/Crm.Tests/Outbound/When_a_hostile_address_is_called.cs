namespace LeadSync.Crm.Tests.Outbound;

public sealed class When_a_hostile_address_is_called
{
    public static TheoryData<string> Addresses =>
        [
            // Names that only look like Salesforce's.
            "https://evilsalesforce.com",
            "https://evil-salesforce.com",
            "https://my-salesforce.com",
            "https://salesforce.com.evil.example",
            "https://acme.my.salesforce.com.evil.example",
            "https://acme.my.salesforce.com-evil.example",
            "https://acme.my.salesforce.comx",
            "https://acme.my.salesforce.co",
            "https://acme.my.salesforce.con",
            "https://acme.my.salesf0rce.com",
            "https://salesforce.evil.example",
            "https://salesforce.com",
            "https://force.com",
            "https://forcecom",
            "https://notforce.com",
            "https://salesforce.mil.example",
            "https://acme.salesforce.net",
            "https://acme.my.salesforce.com.",
            "https://acme.lightning.force.com",
            // Letters and dots of other scripts.
            "https://acme.my.s\u0430lesforce.com",
            "https://acme.my.salesforce.c\u043em",
            "https://acme.my.sale\u017fforce.example",
            "https://xn--acme.my.saleforce-eee.com",
            "https://salesforce.com\u3002evil.example",
            "https://acme.my.salesforce.com\uff0eevil.example",
            "https://acme.my.salesforce.com\uff61evil.example",
            "https://evil.example\u2044.salesforce.com.example",
            // Who is asked is not what the eye reads.
            "https://acme.my.salesforce.com@evil.example",
            "https://acme.my.salesforce.com:443@evil.example",
            "https://user:password@acme.my.salesforce.com",
            "https://user@acme.my.salesforce.com",
            "https://:@acme.my.salesforce.com",
            "https://evil.example#.salesforce.com",
            "https://evil.example?.salesforce.com",
            "https://evil.example/.salesforce.com",
            // Ports and schemes.
            "https://acme.my.salesforce.com:8443",
            "https://acme.my.salesforce.com:80",
            "https://acme.my.salesforce.com:22",
            "https://acme.my.salesforce.com:1",
            "https://acme.my.salesforce.com:65535",
            "http://acme.my.salesforce.com",
            "http://acme.my.salesforce.com:443",
            "http://login.salesforce.com",
            "ftp://acme.my.salesforce.com",
            "ws://acme.my.salesforce.com",
            "gopher://acme.my.salesforce.com",
            "file:///etc/passwd",
            "file://acme.my.salesforce.com/etc/passwd",
            "ldap://acme.my.salesforce.com",
            // This machine and its neighbours, in every spelling.
            "http://localhost",
            "https://localhost",
            "https://localhost.localdomain",
            "https://127.0.0.1",
            "https://127.1",
            "https://2130706433",
            "https://0x7f000001",
            "https://0x7f.0.0.1",
            "https://0177.0.0.1",
            "https://017700000001",
            "https://127.0.0.1.nip.io",
            "https://0.0.0.0",
            "https://0",
            "https://10.0.0.1",
            "https://172.16.0.1",
            "https://192.168.1.1",
            "https://100.64.0.1",
            "https://169.254.169.254",
            "https://2852039166",
            "https://metadata.google.internal",
            "https://kubernetes.default.svc",
            "https://[::1]",
            "https://[::]",
            "https://[::ffff:127.0.0.1]",
            "https://[::ffff:7f00:1]",
            "https://[64:ff9b::7f00:1]",
            "https://[fd00::1]",
            "https://[fe80::1]",
            "https://[2002:7f00:1::]",
            // A public address is nobody's name either.
            "https://8.8.8.8",
            "https://[2606:4700:4700::1111]",
        ];

    [Fact]
    public void The_table_is_long_enough() => Addresses.Count.ShouldBeGreaterThanOrEqualTo(60);

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task Nobody_is_looked_up_and_nothing_connected(string address)
    {
        var network = new CountedNetwork("8.8.8.8");
        using var client = new ClientOn(network);

        var called = await client.CallAsync(address);
        var loggedIn = await client.LogInAsync(address);

        network.LookedUp.ShouldBeEmpty();
        network.Connected.ShouldBeEmpty();
        called.Failure.Code.ShouldBe("HOST_NOT_ALLOWED");
        called.Failure.Class.ShouldBe(FailureClass.Session);
        loggedIn.Failure.Code.ShouldBe("HOST_NOT_ALLOWED");
    }

    [Theory]
    [InlineData("https://salesforce.com%2eevil.example")]
    [InlineData("https://evil.example%2f.salesforce.com")]
    [InlineData("https://acme.my.salesforce.com..")]
    [InlineData("https://evil.example;.salesforce.com.example")]
    [InlineData("https://evil.example\\@acme.my.salesforce.com")]
    [InlineData("https://evil.example\\.salesforce.com")]
    public void Some_cannot_even_be_read_as_an_address(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out _).ShouldBeFalse();

    [Theory]
    [InlineData("https://acme.my.salesforce.com")]
    [InlineData("https://login.salesforce.com")]
    [InlineData("https://ACME.my.SALESFORCE.com:443")]
    public async Task A_good_address_would_have_been_connected(string address)
    {
        var network = new CountedNetwork("8.8.8.8");
        using var client = new ClientOn(network);

        var called = await client.CallAsync(address);

        network.Connected.Count.ShouldBe(1);
        called.Failure.Code.ShouldBe("CRM_UNAVAILABLE");
    }
}
