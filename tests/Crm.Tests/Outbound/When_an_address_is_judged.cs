using System.ComponentModel.DataAnnotations;
using LeadSync.Crm.Outbound;

namespace LeadSync.Crm.Tests.Outbound;

public sealed class When_an_address_is_judged
{
    [Theory]
    [InlineData("https://acme.my.salesforce.com")]
    [InlineData("https://acme--uat.sandbox.my.salesforce.com/")]
    [InlineData("https://ACME.my.SALESFORCE.com:443")]
    [InlineData("https://acme.force.com")]
    [InlineData("http://127.0.0.1:8090")]
    [InlineData("http://[::1]:8090")]
    [InlineData("https://crm.test")]
    public void The_CRMs_own_and_the_development_hosts_are_let_through(string address) =>
        Guard().Fault(new Uri(address)).ShouldBeNull();

    [Theory]
    [InlineData("http://acme.my.salesforce.com")]
    [InlineData("https://evilsalesforce.com")]
    [InlineData("https://salesforce.com.evil.example")]
    [InlineData("https://salesforce.com")]
    [InlineData("https://acme.my.salesforce.com.")]
    [InlineData("https://acme.my.salesforce.com:8443")]
    [InlineData("https://acme.my.salesforce.com/lightning/page/home")]
    [InlineData("https://acme.my.salesforce.com/?to=evil")]
    [InlineData("https://user:password@acme.my.salesforce.com")]
    [InlineData("https://127.0.0.2")]
    [InlineData("https://169.254.169.254")]
    [InlineData("http://localhost:8090")]
    [InlineData("ftp://acme.my.salesforce.com")]
    [InlineData("https://acme.my.sаlesforce.com")]
    public void Anything_else_is_not(string address) => Guard().Fault(new Uri(address)).ShouldNotBeNull();

    [Fact]
    public void Where_people_work_is_told_from_where_the_API_answers() =>
        Guard()
            .Fault(new Uri("https://acme.lightning.force.com"))
            .ShouldBe("is of Salesforce's pages, where its API does not answer");

    [Theory]
    [InlineData("http://127.0.0.1")]
    [InlineData("127.0.0.1:5090")]
    [InlineData("*.example.com")]
    [InlineData("")]
    public void A_development_host_that_is_none_stops_the_start(string host)
    {
        var options = new OutboundOptions { DevelopmentHosts = { "127.0.0.1", "::1", "crm.test", host } };

        var faults = options.Validate(new ValidationContext(options)).ToList();

        faults.ShouldHaveSingleItem().ErrorMessage!.ShouldContain($"'{host}'");
    }

    private static HostGuard Guard() =>
        new(new OutboundOptions { DevelopmentHosts = { "127.0.0.1", "::1", "crm.test" } });
}
