using System.Net;
using LeadSync.Gateway.Access;
using Microsoft.Extensions.Options;

namespace LeadSync.Gateway.Tests.Access;

public sealed class When_gateway_starts_with_a_bootstrap_key(GatewayUnderTest gateway) : IClassFixture<GatewayUnderTest>
{
    [Fact]
    public async Task It_is_put_in_once_and_stays_revoked_when_it_was_revoked()
    {
        var client = gateway.ClientWith(gateway.BootstrapKey);
        (await client.SendAsync(HttpMethod.Get, "/v1/keys")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await client.SendAsync(HttpMethod.Delete, $"/v1/keys/{KeyText.TryRead(gateway.BootstrapKey)!.Id}");

        await gateway.StopAsync();
        await gateway.StartAsync();

        var again = gateway.ClientWith(gateway.BootstrapKey);
        (await again.SendAsync(HttpMethod.Get, "/v1/keys")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("Gateway:BootstrapKey", "secret")]
    [InlineData("Gateway:BootstrapWorkspace", "Not A Slug")]
    [InlineData("Gateway:Unknown", "1")]
    [InlineData("Capture:MaxBodyBytes", "12")]
    [InlineData("Capture:MaxBodyBytes", "many")]
    [InlineData("Capture:Burst", "10")]
    [InlineData("Capture:Patience", "01:00:00")]
    [InlineData("Capture:RetryAfter", "-00:00:01")]
    [InlineData("Services:Push", "")]
    public async Task A_wrong_setting_stops_it_and_is_named(string key, string value)
    {
        await using var wrong = new GatewayUnderTest();
        wrong.Settings[key] = value;

        var fault = await Should.ThrowAsync<OptionsValidationException>(async () => await wrong.InitializeAsync());

        fault.Message.ShouldContain(key.Split(':')[0]);
        fault.Message.ShouldContain(key.Split(':')[1]);
        fault.Message.ShouldNotContain("secret");
    }
}
