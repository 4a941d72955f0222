using LeadSync.Contracts;
using LeadSync.Mapping.Leads;
using LeadSync.Mapping.Routes;

namespace LeadSync.Mapping.Tests;

public sealed class When_sources_and_routes_are_switched(Stores stores) : IClassFixture<Stores>
{
    private static readonly RouteTerms Terms = new("Lead");

    private async Task PassAsync(string workspace, Guid connectionId, string step)
    {
        stores.Clock.Advance(TimeSpan.FromMinutes(1));
        switch (step)
        {
            case "source on":
                await stores.SaveSourceAsync(workspace);
                break;
            case "source off":
                await stores.SaveSourceAsync(workspace, enabled: false);
                break;
            case "route on":
                await stores.SaveRouteAsync(workspace, connectionId, Terms);
                break;
            case "route off":
                await stores.SaveRouteAsync(workspace, connectionId, Terms, enabled: false);
                break;
            case "mapping":
                await stores.SaveMappingAsync(workspace, connectionId);
                break;
            case "mend":
                await stores.SaveMappingAsync(workspace, connectionId, longestName: 255);
                break;
            default:
                throw new ArgumentException(step, nameof(step));
        }
    }

    // What is done one after the other; after the last capture or re-map it is looked at what was sent for it.
    [Theory]
    [InlineData("source on, mapping, route on, capture", true, "received since all were enabled")]
    [InlineData("source on, mapping, capture, route on", false, "enabling a route sends nothing old")]
    [InlineData("capture, mapping, route on, source on", false, "declaring a source sends nothing old")]
    [InlineData("source on, mapping, capture, route on, capture", true, "its whole state goes with the next patch")]
    [InlineData(
        "source on, mapping, route on, capture, route off, capture",
        false,
        "a route that is off takes nothing"
    )]
    [InlineData(
        "source on, mapping, route on, route off, capture, route on",
        false,
        "nor afterwards what came meanwhile"
    )]
    [InlineData("source on, mapping, route on, route off, capture, route on, capture", true, "until the next patch")]
    [InlineData("source on, mapping, route on, source off, capture", false, "a source that is off takes nothing")]
    [InlineData("source on, mapping, route on, source off, capture, source on", false, "nor afterwards")]
    [InlineData("source on, mapping, route on, source off, source on, capture", true, "on again")]
    [InlineData("source on, mapping, route on, capture, late", true, "a late patch that is news was received now")]
    [InlineData("source on, mapping, route on, capture, route off, route on, late", true, "however old what it says")]
    [InlineData("source on, mapping, route on, capture, route off, route on, repeat", false, "a repeat is not news")]
    [InlineData("source on, mapping, capture, route on, repeat", false, "a repeat makes nothing eligible")]
    [InlineData("source on, mapping, route on, capture, repeat", true, "a repeat says again what was said")]
    [InlineData("source on, mapping, route on, misfit, mend", true, "a re-map takes up what waited")]
    [InlineData("source on, mapping, route on, capture, mend", false, "and nothing else")]
    [InlineData("source on, mapping, route on, misfit, route off, mend, route on", false, "off in between")]
    [InlineData("source on, mapping, capture, route on, mend", false, "a re-map touches only pairs once eligible")]
    public async Task Only_what_is_received_while_they_are_on_is_sent(string steps, bool sent, string because)
    {
        var workspace = $"switch-{Guid.CreateVersion7():N}";
        var connectionId = Guid.CreateVersion7();
        var patch = Lovelace();
        ToTell? told = null;
        foreach (var step in steps.Split(", "))
        {
            switch (step)
            {
                case "capture":
                    patch = Lovelace();
                    told = await stores.CaptureAsync(workspace, patch);
                    break;
                case "misfit":
                    told = await stores.CaptureAsync(
                        workspace,
                        stores.Patch("1", new { lastName = new string('x', 81), company = "Engines" })
                    );
                    break;
                case "late":
                    var late = stores.Patch("1", new { title = "Countess" });
                    told = await stores.CaptureAsync(
                        workspace,
                        late with
                        {
                            OccurredAt = late.OccurredAt.AddHours(-1),
                        }
                    );
                    break;
                case "repeat":
                    told = await stores.CaptureAsync(workspace, patch);
                    break;
                default:
                    await PassAsync(workspace, connectionId, step);
                    told = await stores.TakeUpDueAsync();
                    break;
            }
        }

        told!.Mapped.Count(item => item.Workspace == workspace).ShouldBe(sent ? 1 : 0, because);
    }

    private CapturedLead Lovelace() => stores.Patch("1", new { lastName = "Lovelace", company = "Engines" });

    [Fact]
    public async Task Push_holds_before_a_route_is_off_and_is_told_from_which_version_on_it_may_send_again()
    {
        var connectionId = await stores.RouteAsync("holds");
        stores.Clock.Advance(TimeSpan.FromMinutes(1));

        await stores.SaveRouteAsync("holds", connectionId, Terms, enabled: false);
        await stores.SaveSourceAsync("holds", enabled: false);
        stores.Clock.Advance(TimeSpan.FromMinutes(1));
        await stores.SaveRouteAsync("holds", connectionId, Terms);
        var whileSourceIsOff = Told(connectionId);
        await stores.SaveSourceAsync("holds");
        var sinceNow = Versions.Of(stores.Clock.GetUtcNow());

        whileSourceIsOff.ShouldBe(["hold form"]);
        Told(connectionId).ShouldBe(["hold form", $"lift form {sinceNow}"]);
    }

    [Fact]
    public async Task Nothing_is_switched_off_while_Push_does_not_answer()
    {
        var connectionId = await stores.RouteAsync("away");
        stores.IsPushAway = true;

        await Should.ThrowAsync<NotHeldException>(() =>
            stores.SaveRouteAsync("away", connectionId, Terms, enabled: false)
        );
        stores.IsPushAway = false;

        (await stores.CaptureAsync("away", Lovelace())).Mapped.ShouldHaveSingleItem();
        // Push may have held and not been able to say so: it is told that the route is on, and that nothing is to be discarded.
        await stores.Holds.RunOnceAsync(null, TestContext.Current.CancellationToken);
        Told(connectionId).ShouldBe(["lift form 0"]);
    }

    [Fact]
    public async Task A_route_is_enabled_also_while_Push_is_away_and_Push_is_told_later()
    {
        var connectionId = await stores.RouteAsync("later");
        await stores.SaveRouteAsync("later", connectionId, Terms, enabled: false);
        stores.IsPushAway = true;

        await stores.SaveRouteAsync("later", connectionId, Terms);
        stores.IsPushAway = false;
        await stores.Holds.RunOnceAsync(null, TestContext.Current.CancellationToken);
        await stores.Holds.RunOnceAsync(null, TestContext.Current.CancellationToken);

        Told(connectionId).Count(told => told.StartsWith("lift", StringComparison.Ordinal)).ShouldBe(1);
    }

    private List<string> Told(Guid connectionId) =>
        [.. stores.ToldPush.Where(told => told.ConnectionId == connectionId).Select(told => told.Told)];
}
