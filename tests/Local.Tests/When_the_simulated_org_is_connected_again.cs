using LeadSync.Local.Demo;
using LeadSync.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LeadSync.Local.Tests;

public sealed class When_the_simulated_org_is_connected_again
{
    private static readonly Uri Org = new("http://127.0.0.1:8090");
    private static readonly Guid Known = Guid.CreateVersion7();

    [Theory]
    [InlineData("connected", false)]
    [InlineData("disconnected", true)]
    public async Task A_connection_that_was_deauthorised_is_told_and_left_as_it_is(string status, bool isTold)
    {
        var changed = false;
        await using var gateway = await StubPeer.StartAsync(app =>
        {
            app.MapPost("/v1/connections", () => Results.Conflict());
            app.MapGet(
                "/v1/connections",
                () =>
                    new[]
                    {
                        new
                        {
                            id = Known,
                            name = "salesforce",
                            instanceUrl = Org,
                            status,
                        },
                    }
            );
            app.MapPut("/v1/connections/{id:guid}/credentials", (Guid id) => changed = true);
        });
        using var http = new HttpClient(new SocketsHttpHandler());
        var client = new GatewayClient(http, gateway.Address, "key");

        var told = await client.ConnectAsync(
            "salesforce",
            Org,
            new OrgClient("id", "secret"),
            TestContext.Current.CancellationToken
        );

        told.ShouldBe(isTold ? Known : null);
        changed.ShouldBeFalse();
    }
}
