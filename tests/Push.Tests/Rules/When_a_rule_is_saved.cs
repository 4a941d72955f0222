using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Push.Tests.Rules;

public sealed class When_a_rule_is_saved(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private readonly Guid _connection = Guid.CreateVersion7();

    [Fact]
    public async Task Until_then_the_defaults_hold()
    {
        var (status, body, tag) = await SendAsync(HttpMethod.Get);

        status.ShouldBe(HttpStatusCode.OK);
        tag.ShouldBe("\"0\"");
        var rule = body.GetProperty("rule");
        rule.GetProperty("mode").GetString().ShouldBe("createAndUpdate");
        rule.GetProperty("matchBy")[0].GetString().ShouldBe("email");
        rule.GetProperty("existsAsContact").GetString().ShouldBe("update");
    }

    [Fact]
    public async Task It_is_read_again_whole_with_what_was_left_out()
    {
        await SendAsync(HttpMethod.Put, new { mode = "updateOnly" });

        var (_, body, tag) = await SendAsync(HttpMethod.Get);

        tag.ShouldBe("\"1\"");
        body.GetProperty("changedBy").GetString().ShouldBe("test");
        body.GetProperty("rule").GetProperty("mode").GetString().ShouldBe("updateOnly");
        body.GetProperty("rule").GetProperty("severalMatches").GetString().ShouldBe("take");
        var all = await push.Client(PushUnderTest.Workspace, Role.Viewer)
            .GetFromJsonAsync<JsonElement>("/v1/rules", Stop);
        all.EnumerateArray().ShouldContain(one => one.GetProperty("connectionId").GetGuid() == _connection);
    }

    [Fact]
    public async Task What_a_create_waits_for_is_read_again_as_it_was_saved()
    {
        var createWhen = JsonElement.Parse("""{"fields":["Email"],"within":90,"then":"park"}""");
        await SendAsync(HttpMethod.Put, new { createWhen });

        var (_, body, _) = await SendAsync(HttpMethod.Get);

        JsonElement.DeepEquals(body.GetProperty("rule").GetProperty("createWhen"), createWhen).ShouldBeTrue();
    }

    [Fact]
    public async Task What_somebody_else_changed_meanwhile_is_not_written_over()
    {
        await SendAsync(HttpMethod.Put, new { mode = "updateOnly" }, ifMatch: "\"0\"");
        await SendAsync(HttpMethod.Put, new { mode = "createOnly" }, ifMatch: "\"1\"");

        var (status, body, _) = await SendAsync(HttpMethod.Put, new { mode = "updateOnly" }, ifMatch: "\"1\"");

        status.ShouldBe(HttpStatusCode.PreconditionFailed);
        body.GetProperty("code").GetString().ShouldBe("CONFLICT");
        (await SendAsync(HttpMethod.Get))
            .Body.GetProperty("rule")
            .GetProperty("mode")
            .GetString()
            .ShouldBe("createOnly");
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once()
    {
        var (status, body, _) = await SendAsync(
            HttpMethod.Put,
            JsonElement.Parse(
                """
                {
                  "mode": "sometimes", "externalIdField": "Nowhere__c", "matchBy": ["email", "email", "phone"],
                  "existsAsBoth": "neither", "owner": "me"
                }
                """
            )
        );

        status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        body.GetProperty("code").GetString().ShouldBe("SETTING_INVALID");
        body.GetProperty("faults")
            .EnumerateArray()
            .Select(fault => fault.GetProperty("field").GetString()!)
            .Order(StringComparer.Ordinal)
            .ShouldBe(["existsAsBoth", "externalIdField", "matchBy[1]", "matchBy[2]", "mode", "owner"]);
        (await SendAsync(HttpMethod.Get)).Tag.ShouldBe("\"0\"");
    }

    [Theory]
    [InlineData("""{"matchBy":[]}""", "matchBy")]
    [InlineData("""{"mode":"updateOnly","noMatchKey":"create"}""", "noMatchKey")]
    [InlineData("""{"mode":"updateOnly","deletedRecord":"createAnew"}""", "deletedRecord")]
    [InlineData("""{"mode":"updateOnly","existsAsContact":"createAnyway"}""", "existsAsContact")]
    [InlineData("""{"mode":"createOnly","existsAsBoth":"both"}""", "existsAsBoth")]
    [InlineData("""{"externalIdField":"Email"}""", "externalIdField")]
    [InlineData("""{"externalIdField":""}""", "externalIdField")]
    [InlineData("""{"matchBy":"email"}""", "matchBy")]
    [InlineData("""{"mode":1}""", "mode")]
    [InlineData("""{"createWhen":"Email"}""", "createWhen")]
    [InlineData("""{"createWhen":{"within":30}}""", "createWhen.fields")]
    [InlineData("""{"createWhen":{"fields":[],"within":30}}""", "createWhen.fields")]
    [InlineData("""{"createWhen":{"fields":["Email","Email"],"within":30}}""", "createWhen.fields[1]")]
    [InlineData("""{"createWhen":{"fields":["Nowhere"],"within":30}}""", "createWhen.fields[0]")]
    [InlineData("""{"createWhen":{"fields":["ReadOnly__c"],"within":30}}""", "createWhen.fields[0]")]
    [InlineData("""{"createWhen":{"fields":["Email"]}}""", "createWhen.within")]
    [InlineData("""{"createWhen":{"fields":["Email"],"within":0}}""", "createWhen.within")]
    [InlineData("""{"createWhen":{"fields":["Email"],"within":10081}}""", "createWhen.within")]
    [InlineData("""{"createWhen":{"fields":["Email"],"within":30,"then":"skip"}}""", "createWhen.then")]
    [InlineData("""{"createWhen":{"fields":["Email"],"within":30,"else":"park"}}""", "createWhen.else")]
    [InlineData("""{"mode":"updateOnly","createWhen":{"fields":["Email"],"within":30}}""", "createWhen")]
    [InlineData("""{"mode":"updateOnly","owner":{"by":"assignmentRules"}}""", "owner")]
    [InlineData("""{"mode":"updateOnly","recordType":"Partner"}""", "recordType")]
    [InlineData("""{"owner":{}}""", "owner.by")]
    [InlineData("""{"owner":{"by":"everybody"}}""", "owner.by")]
    [InlineData("""{"owner":{"by":"accountOwner"}}""", "owner.by")]
    [InlineData("""{"owner":{"by":"user"}}""", "owner.id")]
    [InlineData("""{"owner":{"by":"user","id":"00G5e000001AbCd"}}""", "owner.id")]
    [InlineData("""{"owner":{"by":"queue","id":"0055e000001AbCd"}}""", "owner.id")]
    [InlineData("""{"owner":{"by":"assignmentRules","rule":"01Q5e000001AbC"}}""", "owner.rule")]
    [InlineData("""{"owner":{"by":"assignmentRules","id":"01Q5e000001AbCd"}}""", "owner.id")]
    [InlineData("""{"owner":{"by":"leave","fallback":[]}}""", "owner.fallback")]
    [InlineData("""{"owner":{"by":"user","id":"0055e000001AbCd","fallback":{}}}""", "owner.fallback")]
    [InlineData(
        """{"owner":{"by":"user","id":"0055e000001AbCd","fallback":[{"by":"assignmentRules"}]}}""",
        "owner.fallback[0].by"
    )]
    [InlineData(
        """{"owner":{"by":"user","id":"0055e000001AbCd","fallback":[{"by":"user","id":"0055e000001AbCdAAK"}]}}""",
        "owner.fallback[0]"
    )]
    [InlineData("""{"recordType":"Nobody"}""", "recordType")]
    [InlineData("""{"recordType":"not a name"}""", "recordType")]
    [InlineData("""{"recordType":"0125e000001AbCe"}""", "recordType")]
    public async Task What_contradicts_itself_or_the_CRM_is_refused(string rule, string field)
    {
        var (status, body, _) = await SendAsync(HttpMethod.Put, JsonElement.Parse(rule));

        status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        body.GetProperty("faults")
            .EnumerateArray()
            .Any(one => one.GetProperty("field").GetString() == field)
            .ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"account":"create"}""", "account")]
    [InlineData("""{"account":{"find":"name"}}""", "account.find")]
    [InlineData("""{"account":{"find":["name","phone"]}}""", "account.find[1]")]
    [InlineData("""{"account":{"find":["name","name"]}}""", "account.find[1]")]
    [InlineData("""{"account":{"none":"guess"}}""", "account.none")]
    [InlineData("""{"account":{"several":"take"}}""", "account.several")]
    [InlineData("""{"account":{"none":"fixed"}}""", "account.fixed")]
    [InlineData("""{"account":{"none":"fixed","fixed":"0035e000001aBc1AAE"}}""", "account.fixed")]
    [InlineData("""{"account":{"none":"park","fixed":"0015e000001aBc1"}}""", "account.fixed")]
    [InlineData("""{"account":{"find":[],"none":"park"}}""", "account.find")]
    [InlineData("""{"account":{"find":[],"none":"create"}}""", "account.find")]
    [InlineData("""{"account":{"find":["websiteDomain"],"none":"create"}}""", "account.find")]
    public async Task An_Account_that_could_not_be_found_as_it_says_is_refused(string rule, string field)
    {
        var (status, body, _) = await SendAsync(HttpMethod.Put, JsonElement.Parse(rule), objectName: "Contact");

        status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        body.GetProperty("faults")
            .EnumerateArray()
            .Select(one => one.GetProperty("field").GetString())
            .ShouldBe([field]);
    }

    [Fact]
    public async Task An_Account_that_the_user_could_not_write_is_refused()
    {
        var schema = push.Schema;
        push.Schema = (_, name) => new CrmSchema(name, name, true, true, DateTimeOffset.UnixEpoch, []);

        var asked = await SendAsync(HttpMethod.Put, new { account = new { none = "park" } }, objectName: "Contact");
        var left = await SendAsync(
            HttpMethod.Put,
            new { account = new { none = "leaveEmpty" } },
            objectName: "Contact"
        );

        push.Schema = schema;
        asked.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        left.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Which_Account_is_taken_is_read_again_as_it_was_saved()
    {
        var account = JsonElement.Parse("""{"find":["name"],"none":"fixed","fixed":"0015e000001aBc1AAE"}""");
        await SendAsync(HttpMethod.Put, new { account }, objectName: "Contact");

        var (_, body, _) = await SendAsync(HttpMethod.Get, objectName: "Contact");

        var saved = body.GetProperty("rule").GetProperty("account");
        saved.GetProperty("find")[0].GetString().ShouldBe("name");
        saved.GetProperty("none").GetString().ShouldBe("fixed");
        saved.GetProperty("fixed").GetString()![..15].ShouldBe("0015e000001aBc1");
    }

    [Fact]
    public async Task What_is_only_for_Contacts_is_refused_for_Leads() =>
        (await SendAsync(HttpMethod.Put, new { account = new { none = "park" } }))
            .Body.GetProperty("faults")[0]
            .GetProperty("reason")
            .GetString()!
            .ShouldContain("Lead");

    [Fact]
    public async Task What_is_only_for_Leads_is_refused_for_Contacts()
    {
        var (status, body, _) = await SendAsync(
            HttpMethod.Put,
            new { existsAsContact = "skip" },
            objectName: "Contact"
        );

        status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        body.GetProperty("faults")[0].GetProperty("reason").GetString()!.ShouldContain("Contact");
    }

    [Theory]
    [InlineData("queue", "00G5e000001AbCd")]
    [InlineData("assignmentRules", null)]
    public async Task Contacts_are_given_to_users_only(string by, string? id)
    {
        var (status, body, _) = await SendAsync(HttpMethod.Put, new { owner = new { by, id } }, objectName: "Contact");

        status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var fault = body.GetProperty("faults")[0];
        fault.GetProperty("field").GetString().ShouldBe("owner.by");
        fault.GetProperty("reason").GetString().ShouldBe("is for Leads only");
        fault.GetProperty("fix").GetString().ShouldBe("Write one of: leave, user, accountOwner.");
    }

    [Fact]
    public async Task Owners_and_record_types_are_kept_with_their_long_ids_and_what_is_shown_can_be_saved_again()
    {
        var rule = JsonElement.Parse(
            """
            {
              "owner": {
                "by": "user", "id": "0055e000001AbCd",
                "fallback": [{ "by": "queue", "id": "00G5e000001AbCdEAK" }]
              },
              "recordType": "partner"
            }
            """
        );

        var (_, body, _) = await SendAsync(HttpMethod.Put, rule);
        var (_, again, tag) = await SendAsync(HttpMethod.Put, body.GetProperty("rule"));

        var shown = again.GetProperty("rule");
        shown
            .GetProperty("owner")
            .GetRawText()
            .ShouldBe(
                """{"by":"user","id":"0055e000001AbCdAAK","fallback":[{"by":"queue","id":"00G5e000001AbCdEAK"}]}"""
            );
        shown.GetProperty("recordType").GetString().ShouldBe("0125e000001AbCdAAK");
        tag.ShouldBe("\"1\"");
    }

    [Fact]
    public async Task A_record_type_is_taken_by_its_id_where_the_CRM_tells_of_none()
    {
        var schema = push.Schema;
        push.Schema = (id, name) => schema(id, name)! with { RecordTypes = null };

        var byName = await SendAsync(HttpMethod.Put, new { recordType = "Partner" });
        var byId = await SendAsync(HttpMethod.Put, new { recordType = "0125e000001AbCe" });

        push.Schema = schema;
        byName.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        byName.Body.GetProperty("faults")[0].GetProperty("fix").GetString()!.ShouldContain("012");
        byId.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task There_is_no_rule_for_what_is_no_person() =>
        (await SendAsync(HttpMethod.Put, new { }, objectName: "Account")).Status.ShouldBe(HttpStatusCode.NotFound);

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"mode":"updateOnly","mode":"createOnly"}""")]
    [InlineData("{")]
    public async Task What_is_no_object_is_unreadable(string body)
    {
        using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        using var answer = await push.Client(PushUnderTest.Workspace, Role.Integrator)
            .PutAsync(new Uri($"/v1/rules/{_connection}/Lead", UriKind.Relative), content, Stop);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Another_workspace_neither_sees_nor_changes_it()
    {
        await SendAsync(HttpMethod.Put, new { mode = "updateOnly" });
        // Connector knows the connection in its own workspace only.
        var schema = push.Schema;
        push.Schema = (_, _) => null;

        var seen = await SendAsync(HttpMethod.Get, workspace: "other");
        var changed = await SendAsync(HttpMethod.Put, new { mode = "createOnly" }, workspace: "other");
        var removed = await SendAsync(HttpMethod.Delete, workspace: "other", role: Role.Manager);

        push.Schema = schema;
        seen.Tag.ShouldBe("\"0\"");
        changed.Status.ShouldBe(HttpStatusCode.NotFound);
        removed.Status.ShouldBe(HttpStatusCode.NotFound);
        (await SendAsync(HttpMethod.Get))
            .Body.GetProperty("rule")
            .GetProperty("mode")
            .GetString()
            .ShouldBe("updateOnly");
    }

    [Fact]
    public async Task Every_version_is_kept_and_told_with_who_and_before_and_after()
    {
        await SendAsync(HttpMethod.Put, new { mode = "updateOnly" });
        await SendAsync(HttpMethod.Put, new { mode = "updateOnly" });
        await SendAsync(HttpMethod.Put, new { mode = "createOnly" });
        (await SendAsync(HttpMethod.Delete, role: Role.Manager)).Status.ShouldBe(HttpStatusCode.NoContent);

        var versions = await push.Client(PushUnderTest.Workspace, Role.Viewer)
            .GetFromJsonAsync<JsonElement>($"/v1/rules/{_connection}/Lead/versions", Stop);

        versions
            .EnumerateArray()
            .Select(one => one.GetProperty("change").GetString())
            .ShouldBe(["removed", "updated", "created"]);
        (await SendAsync(HttpMethod.Get)).Tag.ShouldBe("\"0\"");
        var told = new List<JsonElement>();
        await Testing.Eventually.ShouldPass(async () =>
        {
            foreach (var message in await push.Broker.ReadAsync("audit.setting-changed"))
                told.AddRange(JsonElement.Parse(message.Body.Span).GetProperty("items").EnumerateArray());
            told.Count(IsOurs).ShouldBe(3);
        });
        var change = told.Where(IsOurs).Select(one => one.Deserialize<ChangedSetting>(Wire.Json)!).ElementAt(1);
        change.ChangedBy.ShouldBe("test");
        change.Setting.ShouldBe("rule");
        change.Before!.Value.GetProperty("mode").GetString().ShouldBe("updateOnly");
        change.After!.Value.GetProperty("mode").GetString().ShouldBe("createOnly");

        bool IsOurs(JsonElement item) => item.TryGetProperty("connectionId", out var id) && id.GetGuid() == _connection;
    }

    [Fact]
    public async Task A_version_is_brought_back_as_a_new_one_and_told_as_restored()
    {
        await SendAsync(HttpMethod.Put, new { mode = "updateOnly" });
        await SendAsync(HttpMethod.Put, new { mode = "createOnly" });

        var stale = await SendAsync(HttpMethod.Post, ifMatch: "\"1\"", path: "/versions/1/restore");
        var (status, body, tag) = await SendAsync(HttpMethod.Post, ifMatch: "\"2\"", path: "/versions/1/restore");

        stale.Status.ShouldBe(HttpStatusCode.PreconditionFailed);
        status.ShouldBe(HttpStatusCode.OK);
        tag.ShouldBe("\"3\"");
        body.GetProperty("rule").GetProperty("mode").GetString().ShouldBe("updateOnly");
        var versions = await push.Client(PushUnderTest.Workspace, Role.Viewer)
            .GetFromJsonAsync<JsonElement>($"/v1/rules/{_connection}/Lead/versions", Stop);
        versions[0].GetProperty("change").GetString().ShouldBe("restored");
        versions[0].GetProperty("restoredFrom").GetInt64().ShouldBe(1);
        var told = new List<ChangedSetting>();
        await Testing.Eventually.ShouldPass(async () =>
        {
            foreach (var message in await push.Broker.ReadAsync("audit.setting-changed"))
                told.AddRange(
                    JsonElement
                        .Parse(message.Body.Span)
                        .GetProperty("items")
                        .EnumerateArray()
                        .Select(item => item.Deserialize<ChangedSetting>(Wire.Json)!)
                );
            told.Where(item => item.ConnectionId == _connection)
                .Select(item => item.Change)
                .ShouldBe(["created", "updated", "restored"]);
        });
    }

    [Fact]
    public async Task What_the_CRM_no_longer_has_or_what_removed_the_rule_is_not_brought_back()
    {
        await SendAsync(HttpMethod.Put, new { externalIdField = PushUnderTest.ExternalId });
        await SendAsync(HttpMethod.Delete, role: Role.Manager);
        var schema = push.Schema;
        push.Schema = (id, name) => schema(id, name)! with { Fields = [] };
        try
        {
            (await SendAsync(HttpMethod.Post, path: "/versions/1/restore")).Status.ShouldBe(
                HttpStatusCode.UnprocessableEntity
            );
            (await SendAsync(HttpMethod.Post, path: "/versions/2/restore")).Status.ShouldBe(HttpStatusCode.NotFound);
            (await SendAsync(HttpMethod.Post, path: "/versions/9/restore")).Status.ShouldBe(HttpStatusCode.NotFound);
        }
        finally
        {
            push.Schema = schema;
        }
        (await SendAsync(HttpMethod.Post, path: "/versions/1/restore")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Leads_that_were_parked_for_it_are_taken_again_and_say_for_whom()
    {
        await push.WantAsync(
            PushUnderTest.Lead(_connection, "nameless", fields: [("LastName", "Ng"), ("Company", "Acme")])
        );
        await push.SettledAsync(_connection);
        push.Crm.Org.Records("Lead").ShouldBeEmpty();

        await SendAsync(HttpMethod.Put, new { noMatchKey = "create" });
        await push.SettledAsync(_connection);

        push.Crm.Org.Records("Lead").ShouldHaveSingleItem();
        var matched = (await push.MatchedAsync()).Where(item => item.ConnectionId == _connection).ToList();
        matched[0].DecidedBy.ShouldBe(new DecidingRule("Lead", 0, "noMatchKey", "park"));
        matched[^1].DecidedBy.ShouldBe(new DecidingRule("Lead", 1, "noMatchKey", "create"));
        matched[^1].AskedBy.ShouldBe("test");
    }

    private async Task<(HttpStatusCode Status, JsonElement Body, string? Tag)> SendAsync(
        HttpMethod method,
        object? body = null,
        string? ifMatch = null,
        string objectName = "Lead",
        string workspace = PushUnderTest.Workspace,
        Role role = Role.Integrator,
        string path = ""
    )
    {
        using var request = new HttpRequestMessage(method, $"/v1/rules/{_connection}/{objectName}{path}");
        if (body is not null)
            request.Content = JsonContent.Create(body);
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        using var answer = await push.Client(workspace, role).SendAsync(request, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        return (answer.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text), answer.Headers.ETag?.Tag);
    }
}
