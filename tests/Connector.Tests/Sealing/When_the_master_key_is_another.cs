using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace LeadSync.Connector.Tests.Sealing;

public sealed class When_the_master_key_is_another
{
    [Fact]
    public async Task The_service_does_not_start_and_says_why()
    {
        await using var connector = new ConnectorUnderTest();
        await connector.InitializeAsync();
        var id = await connector.ConnectAsync(connector.NewOrg());
        await connector.StopAsync();

        connector.Settings["LEADSYNC_MASTER_KEY"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var fault = await Should.ThrowAsync<OptionsValidationException>(connector.StartAsync);
        fault.Message.ShouldContain("LEADSYNC_MASTER_KEY");

        connector.Settings.Remove("LEADSYNC_MASTER_KEY");
        await connector.StartAsync();
        await connector.GrantAsync(id);
    }

    [Theory]
    [InlineData("not base64")]
    [InlineData("c2hvcnQ=")]
    [InlineData("")]
    public async Task One_that_is_no_key_is_told_with_its_rule(string key)
    {
        await using var connector = new ConnectorUnderTest();
        connector.Settings["LEADSYNC_MASTER_KEY"] = key;

        var fault = await Should.ThrowAsync<OptionsValidationException>(async () => await connector.InitializeAsync());

        fault.Message.ShouldContain("32 random bytes in base64");
    }
}
