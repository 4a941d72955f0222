using LeadSync.Connector.Connections;

namespace LeadSync.Connector.Tests.Connections;

public sealed class When_an_address_is_judged
{
    [Theory]
    [InlineData("https://acme.my.salesforce.com")]
    [InlineData("https://acme--uat.sandbox.my.salesforce.com/")]
    [InlineData("https://ACME.my.SALESFORCE.com:443")]
    [InlineData("https://acme.force.com")]
    [InlineData("http://127.0.0.1:8090")]
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

    private static HostGuard Guard() => new(new ConnectorOptions { DevelopmentHosts = { "127.0.0.1", "crm.test" } });
}
