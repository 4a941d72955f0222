using System.Net;
using System.Net.Http.Json;
using Dapper;
using LeadSync.Connector.Connections;
using LeadSync.Connector.Tokens;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Connector.Tests.OAuth;

public sealed class When_a_connection_is_deauthorised(OAuthUnderTest connector) : IClassFixture<OAuthUnderTest>
{
    [Fact]
    public async Task Push_holds_first_then_the_tokens_are_gone_here_and_at_the_CRM()
    {
        var org = connector.NewOrg();
        var id = await connector.AuthoriseAsync(org);
        var whileHolding = "";
        connector.WhileHolding = async () =>
            whileHolding = (await connector.ShowAsync(id)).GetProperty("status").GetString()!;

        var answer = await connector.DeauthoriseAsync(id);
        connector.WhileHolding = null;

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        whileHolding.ShouldBe("connected");
        connector.Told(id).ShouldBe(["hold deauthorised"]);
        org.ShowGrants().ShouldBeEmpty();
        var shown = await connector.ShowAsync(id);
        shown.GetProperty("status").GetString().ShouldBe("disconnected");
        shown.GetProperty("statusReason").GetString()!.ShouldContain("deauthorised");
        await using var database = await connector.Database.Source.OpenConnectionAsync(Token);
        (
            await database.ExecuteScalarAsync<int>(
                "select num_nonnulls(access_token, refresh_token) from credential where connection_id = @id",
                new { id }
            )
        ).ShouldBe(0);
        (await connector.HistoryAsync(id)).ShouldBe([
            "consentAsked",
            "orgShown",
            "connected",
            "deauthorised",
            "tokenRevoked",
        ]);
    }

    [Fact]
    public async Task Nobody_gets_access_any_more_and_the_CRM_is_not_asked()
    {
        var org = connector.NewOrg();
        var id = await connector.AuthoriseAsync(org);
        var grant = await connector.GrantAsync(id);
        await connector.DeauthoriseAsync(id);
        var before = connector.Salesforce.Journal.LastSequence;

        var refused = await connector.AskForGrantAsync(id, 1, AccessTokens.Hash(grant.AccessToken));
        var schema = await connector.Integrator.GetAsync($"/v1/connections/{id}/schema/Lead", Token);

        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await OAuthUnderTest.CodeAsync(refused)).ShouldBe("DISCONNECTED");
        schema.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        connector.Salesforce.Journal.After(before).ShouldNotContain(entry => entry.Org == org.Name);
    }

    [Fact]
    public async Task It_is_not_promised_while_Push_does_not_answer()
    {
        var org = connector.NewOrg();
        var id = await connector.AuthoriseAsync(org);
        connector.PushIsAway = true;

        var answer = await connector.DeauthoriseAsync(id);
        connector.PushIsAway = false;

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await connector.ShowAsync(id)).GetProperty("status").GetString().ShouldBe("connected");
        org.ShowGrants().ShouldHaveSingleItem();
        (await connector.DeauthoriseAsync(id)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await connector.DeauthoriseAsync(id)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_CRM_that_is_away_does_not_hold_up_the_answer_and_is_told_later()
    {
        var org = connector.NewOrg();
        var id = await connector.AuthoriseAsync(org);
        var away = connector.Salesforce.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.DropBeforeEffect,
                Match = new FaultMatch { Kind = RequestKinds.Revoke },
            }
        );

        var answer = await connector.DeauthoriseAsync(id);
        connector.Salesforce.Faults.Remove(away);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        org.ShowGrants().ShouldHaveSingleItem();
        var revocations = connector.Services.GetRequiredService<Revocations>();
        await Eventually.ShouldBe(async () =>
        {
            connector.Clock.Advance(TimeSpan.FromMinutes(1));
            await revocations.TryAsync(id, Token);
            return org.ShowGrants().Count == 0;
        });
    }

    [Theory]
    [InlineData("send")]
    [InlineData("discard")]
    public async Task Authorised_again_it_asks_what_is_to_become_of_what_waits(string waiting)
    {
        var org = connector.NewOrg();
        var id = await connector.AuthoriseAsync(org);
        await connector.DeauthoriseAsync(id);
        var asked = await connector.ReauthoriseAsync(id, org);

        var unsaid = await connector.ConfirmAsync(asked, org.Id);
        var said = await connector.ConfirmAsync(asked, org.Id, waiting);

        unsaid.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await OAuthUnderTest.CodeAsync(unsaid)).ShouldBe("WAITING_UNDECIDED");
        said.StatusCode.ShouldBe(HttpStatusCode.OK, await said.Content.ReadAsStringAsync(Token));
        (await connector.ShowAsync(id)).GetProperty("status").GetString().ShouldBe("connected");
        connector.Told(id).ShouldBe(["hold deauthorised", $"lift deauthorised {waiting}"]);
        await connector.GrantAsync(id);
    }

    [Fact]
    public async Task Another_org_is_refused_and_its_access_given_back()
    {
        var (org, other) = (connector.NewOrg(), connector.NewOrg());
        var id = await connector.AuthoriseAsync(org);
        await connector.DeauthoriseAsync(id);

        var asked = await connector.ReauthoriseAsync(id, other);

        var shown = await connector.ShowConsentAsync(asked);
        shown.GetProperty("error").GetProperty("code").GetString().ShouldBe("OTHER_ORG");
        other.ShowGrants().ShouldBeEmpty();
        (await connector.ShowAsync(id)).GetProperty("status").GetString().ShouldBe("disconnected");
    }

    [Fact]
    public async Task That_it_may_be_written_to_again_is_told_once_Push_is_there()
    {
        var org = connector.NewOrg();
        var id = await connector.AuthoriseAsync(org);
        await connector.DeauthoriseAsync(id);
        var asked = await connector.ReauthoriseAsync(id, org);
        connector.PushIsAway = true;

        var confirmed = await connector.ConfirmAsync(asked, org.Id, "send");
        connector.PushIsAway = false;
        await connector.Services.GetRequiredService<LiftHolds>().RunOnceAsync(null, Token);

        confirmed.StatusCode.ShouldBe(HttpStatusCode.OK);
        connector.Told(id).ShouldBe(["hold deauthorised", "lift deauthorised send"]);
    }

    [Fact]
    public async Task After_reconnection_was_required_it_is_always_sent()
    {
        var org = connector.NewOrg();
        var id = await connector.AuthoriseAsync(org);
        var old = await connector.GrantAsync(id);
        org.RevokeGrants();
        org.ExpireSessions();
        var refused = await connector.AskForGrantAsync(id, 1, AccessTokens.Hash(old.AccessToken));
        (await OAuthUnderTest.CodeAsync(refused)).ShouldBe("AUTH_REVOKED");
        (await connector.ShowAsync(id)).GetProperty("status").GetString().ShouldBe("reconnectionRequired");
        var asked = await connector.ReauthoriseAsync(id, org);

        var discarded = await connector.ConfirmAsync(asked, org.Id, "discard");
        var confirmed = await connector.ConfirmAsync(asked, org.Id);

        discarded.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        confirmed.StatusCode.ShouldBe(HttpStatusCode.OK);
        connector.Told(id).ShouldBe(["lift deauthorised send"]);
        (await connector.ShowAsync(id)).GetProperty("status").GetString().ShouldBe("connected");
    }

    [Fact]
    public async Task What_was_revoked_in_the_CRM_is_not_asked_for_again_and_again()
    {
        var org = connector.NewOrg();
        var id = await connector.AuthoriseAsync(org);
        var old = await connector.GrantAsync(id);
        org.RevokeGrants();
        org.ExpireSessions();
        await connector.AskForGrantAsync(id, 1, AccessTokens.Hash(old.AccessToken));
        var asked = Logins();

        connector.Clock.Advance(TimeSpan.FromMinutes(2));
        (await connector.AskForGrantAsync(id)).StatusCode.ShouldBe(HttpStatusCode.Conflict);

        Logins().ShouldBe(asked);

        int Logins() => connector.Salesforce.Journal.Entries.Count(entry => entry.Kind == RequestKinds.Token);
    }

    [Fact]
    public async Task Removed_it_frees_its_org_and_leaves_its_history()
    {
        var org = connector.NewOrg();
        var id = await connector.AuthoriseAsync(org);

        var removed = await connector.Integrator.DeleteAsync($"/v1/connections/{id}", Token);

        removed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        connector.Told(id).ShouldBe(["hold removed discard"]);
        org.ShowGrants().ShouldBeEmpty();
        (await connector.Integrator.GetAsync($"/v1/connections/{id}", Token)).StatusCode.ShouldBe(
            HttpStatusCode.NotFound
        );
        (await connector.HistoryAsync(id)).ShouldContain(what => what == "removed");
        (await connector.AuthoriseAsync(org)).ShouldNotBe(id);
    }

    [Fact]
    public async Task Moved_to_another_org_it_keeps_its_id_and_Push_forgets_the_records()
    {
        var (org, other) = (connector.NewOrg(), connector.NewOrg());
        var id = await connector.AuthoriseAsync(org);
        await connector.Integrator.GetAsync($"/v1/connections/{id}/schema/Lead", Token);
        var asked = await connector.ReauthoriseAsync(id, other, move: true);

        var unsaid = await connector.ConfirmAsync(asked, other.Id);
        var moved = await connector.ConfirmAsync(asked, other.Id, "send");

        (await OAuthUnderTest.CodeAsync(unsaid)).ShouldBe("WAITING_UNDECIDED");
        moved.StatusCode.ShouldBe(HttpStatusCode.OK, await moved.Content.ReadAsStringAsync(Token));
        connector.Told(id).ShouldBe(["hold deauthorised", "lift deauthorised send forget"]);
        (await connector.ShowAsync(id)).GetProperty("orgId").GetString().ShouldBe(other.Id);
        org.ShowGrants().ShouldBeEmpty();
        (await connector.GrantAsync(id)).UserId.ShouldBe(other.IntegrationUserId);
        (await connector.AuthoriseAsync(org, OAuthUnderTest.NewConnection("the old org again"))).ShouldNotBe(id);
    }

    [Fact]
    public async Task One_that_is_only_pulled_from_gives_no_access_for_writing()
    {
        var org = connector.NewOrg();
        var id = await connector.AuthoriseAsync(org);

        var changed = await connector.Integrator.PatchAsJsonAsync(
            $"/v1/connections/{id}",
            new { direction = "pull" },
            Token
        );

        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        connector.Told(id).ShouldBe(["hold pullOnly"]);
        var writing = await connector.AskForGrantAsync(id);
        (await OAuthUnderTest.CodeAsync(writing)).ShouldBe("PULL_ONLY");
        var reading = await connector.Service.PostAsJsonAsync(
            $"/v1/connections/{id}/grants",
            new GrantRequest(1) { Writes = false },
            Token
        );
        reading.StatusCode.ShouldBe(HttpStatusCode.OK);
        await connector.Integrator.PatchAsJsonAsync($"/v1/connections/{id}", new { direction = "both" }, Token);
        connector.Told(id).ShouldBe(["hold pullOnly", "lift pullOnly send"]);
        await connector.GrantAsync(id);
    }

    [Fact]
    public async Task An_app_that_asks_for_itself_loses_its_secret_and_comes_back_with_another()
    {
        var org = connector.NewOrg();
        var id = await connector.ConnectAsync(org);
        await connector.DeauthoriseAsync(id);
        await using var database = await connector.Database.Source.OpenConnectionAsync(Token);
        (
            await database.ExecuteScalarAsync<bool>(
                "select client_secret is null from credential where connection_id = @id",
                new { id }
            )
        ).ShouldBeTrue();
        var credentials = new { clientId = org.ClientId, clientSecret = org.ClientSecret };

        var unsaid = await PutAsync(credentials);
        var said = await PutAsync(
            new
            {
                credentials.clientId,
                credentials.clientSecret,
                waiting = "discard",
            }
        );

        (await OAuthUnderTest.CodeAsync(unsaid)).ShouldBe("WAITING_UNDECIDED");
        said.StatusCode.ShouldBe(HttpStatusCode.OK, await said.Content.ReadAsStringAsync(Token));
        connector.Told(id).ShouldBe(["hold deauthorised", "lift deauthorised discard"]);
        await connector.GrantAsync(id);

        Task<HttpResponseMessage> PutAsync(object body) =>
            connector.Integrator.PutAsJsonAsync($"/v1/connections/{id}/credentials", body, Token);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
