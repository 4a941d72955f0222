using LeadSync.Contracts;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Push.Tests.Writing;

namespace LeadSync.Push.Tests.TestBatches;

public sealed class When_a_sample_is_lead_and_contact(PushUnderTest push) : IClassFixture<PushUnderTest>, IAsyncLifetime
{
    private readonly LeadAndContact _people = new(push);

    public async ValueTask InitializeAsync() => await _people.PrepareAsync();

    [Fact]
    public async Task A_preview_tells_both_as_the_real_run_then_writes_them()
    {
        await _people.ThereIsAsync("anna");
        var wanted = _people.Wanted("anna", "Chief");

        var lead = (await push.RunAsync(Batches.Of(_people.Connection, TestMode.Preview, wanted))).Leads[0];
        _people.Lead("anna")["Title"].ShouldBeNull();
        _people.Contact("anna")["Title"].ShouldBeNull();
        await push.WantAsync(wanted);
        await push.SettledAsync(_people.Connection);

        var real = (await _people.WrittenAsync("anna")).ToDictionary(one => one.Record.Object, StringComparer.Ordinal);
        (lead.Action, lead.Record!.RecordId, lead.Reason).ShouldBe(
            (TestAction.Update, _people.Contact("anna").Id, "EXISTS_AS_BOTH_TAKEN")
        );
        lead.Fields.Select(Shown).ShouldBe(real["Contact"].Fields.Select(Shown));
        var other = lead.Other.ShouldNotBeNull();
        (other.Action, other.Record.RecordId, other.Reason).ShouldBe(
            (TestAction.Update, _people.Lead("anna").Id, "EXISTS_AS_BOTH_TAKEN")
        );
        other.Fields.Select(Shown).ShouldBe(real["Lead"].Fields.Select(Shown));
        other.Owner.ShouldBe(new TestOwner("unchanged", push.Crm.Org.RepUserId));
    }

    [Fact]
    public async Task Written_both_are_read_back_and_neither_is_the_others_duplicate()
    {
        await _people.ThereIsAsync("ben");

        var report = await WriteAsync("ben");

        report.Verdict.ShouldBe(TestVerdict.Right, string.Join('\n', Failed(report)));
        var lead = report.Leads[0];
        string[] looked = ["duplicates ", "owner OwnerId", "value Title"];
        lead.Findings.Select(Checked).Order(StringComparer.Ordinal).ShouldBe(looked);
        lead.Other!.Findings.Select(Checked).Order(StringComparer.Ordinal).ShouldBe(looked);
        _people.Lead("ben")["Title"].ShouldBe("Chief");
        _people.Contact("ben")["Title"].ShouldBe("Chief");
    }

    [Fact]
    public async Task One_that_is_refused_is_told_beside_the_one_that_was_written()
    {
        await _people.ThereIsAsync("carl");
        push.Crm.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.RecordError,
                Match = new FaultMatch { Kind = RequestKinds.Update, Object = "Lead" },
                Count = 1,
            }
        );

        var report = await WriteAsync("carl");

        report.Verdict.ShouldBe(TestVerdict.Wrong);
        var lead = report.Leads[0];
        lead.Action.ShouldBe(TestAction.Update);
        lead.Problems.ShouldHaveSingleItem().Code.ShouldBe("VALIDATION_RULE");
        lead.Other!.Action.ShouldBe(TestAction.Park);
        _people.Contact("carl")["Title"].ShouldBe("Chief");
        _people.Lead("carl")["Title"].ShouldBeNull();
    }

    private Task<TestReport> WriteAsync(string name) =>
        push.RunAsync(Batches.Of(_people.Connection, TestMode.WriteAndVerify, _people.Wanted(name, "Chief")));

    private static IEnumerable<string> Failed(TestReport report) =>
        report
            .Leads.SelectMany(lead => lead.Findings.Concat(lead.Other?.Findings ?? []))
            .Where(finding => finding.Status == TestFindingStatus.Fail)
            .Select(finding => finding.Says);

    private static string Checked(TestFinding finding) => $"{finding.Check} {finding.Field}";

    private static string Shown(FieldDecision field) =>
        $"{field.Field}: {field.Before} -> {field.After} {field.Written} {field.Reason}";

    public ValueTask DisposeAsync()
    {
        push.Crm.Faults.Clear();
        return ValueTask.CompletedTask;
    }
}
