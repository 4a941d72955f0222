using LeadSync.CrmSimulator.Data;

namespace LeadSync.Crm.Tests;

public sealed class When_owners_are_looked_for
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_are_asked_for_in_the_call_that_finds_the_records()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts((200, Say.NoRecords), (200, Say.NoRecords), (200, Say.NoRecords));

        var found = await salesforce.Crm.FindAsync(
            salesforce.Session,
            Say.Leads("a@x.com") with
            {
                Owners = new OwnerSearch(["0055e000003E8oo", "nobody"], ["00G5e000001AbCd"]),
            },
            Stop
        );

        found.Calls.ShouldBe(1);
        found.Owners.ShouldBeEmpty();
        var asked = salesforce.Asked.Single();
        asked.Query(1).ShouldBe("SELECT Id,IsActive FROM User WHERE Id IN ('0055e000003E8ooAAC')");
        asked.Query(2).ShouldBe("SELECT QueueId,SobjectType FROM QueueSobject WHERE QueueId IN ('00G5e000001AbCdEAK')");
    }

    [Fact]
    public async Task Active_users_are_found_and_queues_with_what_they_may_own()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var org = salesforce.Simulator.Org;

        var found = await salesforce.Crm.FindAsync(
            salesforce.Session,
            Say.Leads("a@x.com") with
            {
                Owners = new OwnerSearch([org.RepUserId, org.InactiveUserId], [org.QueueId, "00G000000000999"]),
            },
            Stop
        );

        found.Calls.ShouldBe(1);
        found.Owners!.Select(one => one.Id).ShouldBe([org.RepUserId, org.QueueId]);
        found.Owners![0].Objects.ShouldBeNull();
        found.Owners[1].Objects.ShouldBe(["Lead"]);
    }

    [Fact]
    public async Task Those_who_may_not_be_seen_stop_no_search()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts(
            (200, $$"""{"totalSize":1,"done":true,"records":[{{Say.Lead(1)}}]}"""),
            (400, """[{"errorCode":"INVALID_TYPE","message":"sObject type 'QueueSobject' is not supported."}]""")
        );

        var found = await salesforce.Crm.FindAsync(
            salesforce.Session,
            Say.Leads("a@x.com") with
            {
                Owners = new OwnerSearch([], ["00G5e000001AbCd"]),
            },
            Stop
        );

        found.Records.ShouldHaveSingleItem();
        found.Owners.ShouldBeNull();
    }

    [Fact]
    public async Task An_org_that_is_too_busy_to_tell_is_asked_again_like_for_anything()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts(
            (200, Say.NoRecords),
            (503, """[{"errorCode":"SERVER_UNAVAILABLE","message":"Server Unavailable"}]""")
        );

        var fault = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.FindAsync(
                salesforce.Session,
                Say.Leads("a@x.com") with
                {
                    Owners = new OwnerSearch(["0055e000003E8oo"], []),
                },
                Stop
            )
        );

        fault.Failure.Class.ShouldBe(FailureClass.Transient);
    }

    [Fact]
    public async Task The_record_types_that_the_user_may_give_stand_in_the_description()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var org = salesforce.Simulator.Org;
        org.Setup = org.Setup with
        {
            RecordTypes =
            [
                new RecordType("Partner", "Partners", "Lead"),
                new RecordType("Old", "No longer", "Lead", IsActive: false),
                new RecordType("Person", "People", "Contact"),
            ],
        };

        var lead = await salesforce.Crm.DescribeAsync(salesforce.Session, "Lead", Stop);

        var only = lead.RecordTypes.ShouldHaveSingleItem();
        only.Name.ShouldBe("Partner");
        only.Label.ShouldBe("Partners");
        only.Id.ShouldStartWith("012");
        only.Id.Length.ShouldBe(18);
    }
}
