using System.Net.Http.Json;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Hosting.Web;
using LeadSync.Testing;

namespace LeadSync.Push.Tests.Writing;

public sealed class When_a_person_is_lead_and_contact(PushUnderTest push) : IClassFixture<PushUnderTest>, IAsyncLifetime
{
    private readonly LeadAndContact _people = new(push);

    public async ValueTask InitializeAsync() => await _people.PrepareAsync();

    [Fact]
    public async Task Both_records_of_everybody_are_updated_in_the_calls_of_one()
    {
        string[] names = [.. Enumerable.Range(0, 20).Select(number => $"p{number}")];
        await _people.ThereIsAsync(names);
        var before = push.Crm.Journal.LastSequence;

        await push.TakeInAsync(names.Select(name => _people.Wanted(name, "Chief")));
        await push.SettledAsync(_people.Connection);

        names.ShouldAllBe(name => Equals(_people.Lead(name)["Title"], "Chief"));
        names.ShouldAllBe(name => Equals(_people.Contact(name)["Title"], "Chief"));
        push.Crm.Journal.After(before).Count(entry => entry.Counted).ShouldBe(2, "one to find them, one to write");
    }

    [Fact]
    public async Task Each_of_the_two_is_told_for_itself()
    {
        await _people.ThereIsAsync("anna");

        await WantAsync(_people.Wanted("anna", "Chief"));

        var contact = new KnownRecord("Contact", _people.Contact("anna").Id);
        var lead = new KnownRecord("Lead", _people.Lead("anna").Id);
        (await _people.MatchedAsync("anna"))
            .Select(one => (one.Record, one.Beside, one.Decision, one.Reason))
            .ShouldBe(
                [
                    (contact, null, SyncDecision.Update, "EXISTS_AS_BOTH_TAKEN"),
                    (lead, contact, SyncDecision.Update, "EXISTS_AS_BOTH_TAKEN"),
                ],
                ignoreOrder: true
            );
        (await _people.WrittenAsync("anna"))
            .Select(one => (one.Record, one.Beside, one.Outcome, one.Partly))
            .ShouldBe(
                [(contact, null, WriteOutcome.Updated, false), (lead, contact, WriteOutcome.Updated, false)],
                ignoreOrder: true
            );
    }

    [Fact]
    public async Task The_one_that_holds_it_already_is_told_as_unchanged_with_the_other()
    {
        await _people.ThereIsAsync("ben");
        await push.Crm.Org.Rep.EditAsync("Contact", _people.Contact("ben").Id, new { Title = "Chief" });

        await WantAsync(_people.Wanted("ben", "Chief"));
        await WantAsync(_people.Wanted("ben", "Chief", version: 2));

        (await _people.WrittenAsync("ben"))
            .Select(one => $"{one.Version} {one.Record.Object} {one.Outcome}")
            .ShouldBe(
                ["1 Contact Unchanged", "1 Lead Updated", "2 Contact Unchanged", "2 Lead Unchanged"],
                ignoreOrder: true
            );
    }

    [Fact]
    public async Task Both_stay_known_when_the_address_changes()
    {
        await _people.ThereIsAsync("carl");
        await WantAsync(_people.Wanted("carl", "Chief"));
        (await _people.LinkedAsync("carl")).ShouldBe("Contact+Lead");

        await WantAsync(_people.Wanted("carl", "Boss", version: 2, email: _people.Email("charles")));

        _people.Contact("carl")["Email"].ShouldBe(_people.Email("charles"));
        _people.Lead("carl")["Email"].ShouldBe(_people.Email("charles"));
        (await _people.LinkedAsync("carl")).ShouldBe("Contact+Lead");
    }

    [Fact]
    public async Task What_was_written_stays_when_the_other_is_refused_and_is_not_written_again()
    {
        await _people.ThereIsAsync("dora");
        var refusal = Once("Contact", FaultKind.RecordError);
        push.Crm.Faults.Put(refusal);

        await WantAsync(_people.Wanted("dora", "Chief"));

        _people.Lead("dora")["Title"].ShouldBe("Chief");
        (await _people.WrittenAsync("dora")).Select(one => (one.Record.Object, one.Partly)).ShouldBe([("Lead", true)]);
        var failure = (await _people.FailuresAsync("dora")).ShouldHaveSingleItem();
        (failure.Code, failure.Transient).ShouldBe(("VALIDATION_RULE", false));
        failure.Message.ShouldContain(_people.Contact("dora").Id);

        // A rep's edit of what was written: whoever wrote it again would take it back.
        await push.Crm.Org.Rep.EditAsync("Lead", _people.Lead("dora").Id, new { Title = "the rep's" });
        await PostAsync("replay", new { code = "VALIDATION_RULE" });
        await push.SettledAsync(_people.Connection);

        _people.Contact("dora")["Title"].ShouldBe("Chief");
        _people.Lead("dora")["Title"].ShouldBe("the rep's");
        (await _people.WrittenAsync("dora"))
            .Skip(1)
            .Select(one => $"{one.Record.Object} {one.Outcome} {one.Partly}")
            .ShouldBe(["Contact Updated False", "Lead Unchanged False"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_passing_fault_of_one_is_tried_again_without_the_other()
    {
        await _people.ThereIsAsync("emil");
        push.Crm.Faults.Put(Once("Lead", FaultKind.LockRow));

        await WantAsync(_people.Wanted("emil", "Chief"));

        _people.Lead("emil")["Title"].ShouldBe("Chief");
        _people.Contact("emil")["Title"].ShouldBe("Chief");
        (await _people.FailuresAsync("emil")).ShouldHaveSingleItem().Transient.ShouldBeTrue();
        (await _people.WrittenAsync("emil"))
            .Select(one => $"{one.Record.Object} {one.Outcome} {one.Partly}")
            .ShouldBe(["Contact Updated True", "Contact Unchanged False", "Lead Updated False"], ignoreOrder: true);
    }

    [Fact]
    public async Task One_that_is_refused_for_good_does_not_keep_the_other_from_being_tried_again()
    {
        await _people.ThereIsAsync("fay");
        push.Crm.Faults.Put(Once("Lead", FaultKind.LockRow));
        push.Crm.Faults.Put(Once("Contact", FaultKind.RecordError) with { Count = 2 });

        await WantAsync(_people.Wanted("fay", "Chief"));

        _people.Lead("fay")["Title"].ShouldBe("Chief");
        (await _people.FailuresAsync("fay"))
            .Select(one => (one.Code, one.Transient))
            .ShouldBe([("VALIDATION_RULE", true), ("ROW_LOCKED", true), ("VALIDATION_RULE", false)], ignoreOrder: true);
    }

    [Theory]
    [InlineData(FaultKind.DropAnswer)]
    [InlineData(FaultKind.DropBeforeEffect)]
    public async Task Both_are_found_or_made_when_the_answer_is_lost(FaultKind fault)
    {
        await _people.ThereIsAsync("gus");
        push.Crm.Faults.Put(Once("Lead", fault));

        await WantAsync(_people.Wanted("gus", "Chief"));

        _people.Lead("gus")["Title"].ShouldBe("Chief");
        _people.Contact("gus")["Title"].ShouldBe("Chief");
        (await _people.WrittenAsync("gus"))
            .Select(one => $"{one.Record.Object} {one.Outcome} {one.Partly}")
            .ShouldBe(["Contact Updated False", "Lead Updated False"], ignoreOrder: true);
    }

    // The Contact is guarded, and so goes in a call of its own.
    [Theory]
    [InlineData("Contact", FaultKind.DropAnswer)]
    [InlineData("Contact", FaultKind.DropBeforeEffect)]
    [InlineData("Lead", FaultKind.DropAnswer)]
    [InlineData("Lead", FaultKind.DropBeforeEffect)]
    public async Task The_one_whose_answer_is_lost_is_found_or_made_and_the_other_not_written_again(
        string objectName,
        FaultKind fault
    )
    {
        await _people.ThereIsAsync("hal");
        await TimePassesAsync();
        push.Crm.Faults.Put(Once(objectName, fault));
        var before = push.Crm.Journal.LastSequence;

        await WantAsync(_people.Wanted("hal", "Chief", contactRule: WriteRule.OnlyWhenEmpty));

        _people.Lead("hal")["Title"].ShouldBe("Chief");
        _people.Contact("hal")["Title"].ShouldBe("Chief");
        push.Crm.Journal.After(before).Sum(entry => entry.Effects.Count).ShouldBe(2, "each record was changed once");
        var told = await _people.WrittenAsync("hal");
        told.Count(one => !one.Partly).ShouldBe(2);
        told.Count(one => one.Outcome == WriteOutcome.Updated).ShouldBe(2, "each was written once");
    }

    [Fact]
    public async Task A_reps_edit_of_one_stands_and_the_other_is_written()
    {
        await _people.ThereIsAsync("ida");
        await TimePassesAsync();
        var contact = _people.Contact("ida").Id;
        push.Crm.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.Delay,
                Match = new FaultMatch { Kind = RequestKinds.Update, Object = "Contact" },
                Count = 1,
                Until = () => push.Crm.Org.Rep.EditAsync("Contact", contact, new { Title = "the rep's" }),
            }
        );

        await WantAsync(_people.Wanted("ida", "Chief", contactRule: WriteRule.OnlyWhenEmpty));

        _people.Contact("ida")["Title"].ShouldBe("the rep's");
        _people.Lead("ida")["Title"].ShouldBe("Chief");
        (await _people.WrittenAsync("ida"))
            .Where(one => !one.Partly)
            .Select(one => $"{one.Record.Object} {one.Outcome}")
            .ShouldBe(["Contact Unchanged", "Lead Unchanged"], ignoreOrder: true);
    }

    [Fact]
    public async Task The_one_that_needs_no_write_is_kept_from_others_until_the_other_is_written()
    {
        await _people.ThereIsAsync("pia");
        var contact = _people.Contact("pia").Id;
        await push.Crm.Org.Rep.EditAsync("Contact", contact, new { Title = "Chief" });
        string? held = null;
        push.Crm.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.Delay,
                Match = new FaultMatch { Kind = RequestKinds.Update, Object = "Lead" },
                Count = 1,
                Until = async () =>
                    held = await _people.ScalarAsync<string>(
                        "select array_to_string(keys, ' ') from intent where connection_id = @Connection and lead_id = @name",
                        "pia"
                    ),
            }
        );

        await WantAsync(_people.Wanted("pia", "Chief"));

        // Whoever is found to be the Contact waits for whom has its key.
        held.ShouldNotBeNull().ShouldContain($"record:{contact}");
        _people.Lead("pia")["Title"].ShouldBe("Chief");
    }

    [Fact]
    public async Task Both_wait_for_a_hold_of_either()
    {
        await _people.ThereIsAsync("jan");
        await HoldAsync("", HttpMethod.Put);
        await push.WantAsync(_people.Wanted("jan", "Chief"));
        await Eventually.ShouldBe(async () => await DueLaterAsync("jan"), "it waits");
        _people.Lead("jan")["Title"].ShouldBeNull();

        await HoldAsync("/lift", HttpMethod.Post);
        await push.SettledAsync(_people.Connection);

        _people.Lead("jan")["Title"].ShouldBe("Chief");
        _people.Contact("jan")["Title"].ShouldBe("Chief");
    }

    [Fact]
    public async Task A_batch_that_is_refused_as_a_whole_is_halved_until_everybody_else_has_both()
    {
        string[] names = ["kim", "lea", "max", "nia"];
        await _people.ThereIsAsync(names);
        var before = push.Crm.Org.Setup;
        push.Crm.Org.Setup = before with
        {
            Triggers = [new("Throws", "Contact", $"Email = '{_people.Email("lea")}' and Title = 'Chief'")],
        };
        try
        {
            await push.TakeInAsync(names.Select(name => _people.Wanted(name, "Chief")));
            await push.SettledAsync(_people.Connection);
        }
        finally
        {
            push.Crm.Org.Setup = before;
        }

        names.ShouldAllBe(name => Equals(_people.Lead(name)["Title"], "Chief"));
        names.Where(name => name != "lea").ShouldAllBe(name => Equals(_people.Contact(name)["Title"], "Chief"));
        (await _people.FailuresAsync("lea")).ShouldContain(one => !one.Transient);
        (await _people.WrittenAsync("lea")).ShouldAllBe(one => one.Partly && one.Record.Object == "Lead");
        foreach (var name in names.Where(name => name != "lea"))
            (await _people.WrittenAsync(name)).Count(one => !one.Partly).ShouldBe(2, name);
    }

    [Fact]
    public async Task A_discard_ends_the_waiting_of_the_one_that_was_refused()
    {
        await _people.ThereIsAsync("olga");
        push.Crm.Faults.Put(Once("Contact", FaultKind.RecordError));
        await WantAsync(_people.Wanted("olga", "Chief"));

        await PostAsync("discard", new { code = "VALIDATION_RULE", note = "not needed" });
        await push.SettledAsync(_people.Connection);
        (await _people.MatchedAsync("olga")).ShouldContain(one => one.Reason == "DISCARDED");
        await WantAsync(_people.Wanted("olga", "Boss", version: 2));

        _people.Lead("olga")["Title"].ShouldBe("Boss");
        _people.Contact("olga")["Title"].ShouldBe("Boss");
    }

    private async Task WantAsync(MappedLead lead)
    {
        await push.WantAsync(lead);
        await push.SettledAsync(_people.Connection);
    }

    private Task<bool> DueLaterAsync(string name) =>
        _people.ScalarAsync<bool>(
            "select due_at > now() + interval '10 seconds' from lead_sync where connection_id = @Connection and lead_id = @name",
            name
        );

    private async Task PostAsync(string action, object body)
    {
        using var answer = await push.Client(PushUnderTest.Workspace, Role.Integrator)
            .PostAsJsonAsync($"/v1/lanes/{_people.Connection}/{action}", body, TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue(
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        );
    }

    private async Task HoldAsync(string path, HttpMethod method)
    {
        using var request = new HttpRequestMessage(method, $"/v1/holds/{_people.Connection}{path}")
        {
            Content = JsonContent.Create(
                new
                {
                    reason = "disabled",
                    @object = "Contact",
                    waiting = "send",
                }
            ),
        };
        using var answer = await push.Client(PushUnderTest.Workspace, Role.Service)
            .SendAsync(request, TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue(
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        );
    }

    // A record that was changed in this very second is not written under a guard.
    private static async Task TimePassesAsync()
    {
        var until = TimeProvider.System.GetUtcNow().AddSeconds(3);
        await Eventually.ShouldBe(() => TimeProvider.System.GetUtcNow() > until);
    }

    private static FaultRule Once(string objectName, FaultKind kind) =>
        new()
        {
            Kind = kind,
            Match = new FaultMatch { Kind = RequestKinds.Update, Object = objectName },
            Count = 1,
        };

    public ValueTask DisposeAsync()
    {
        push.Crm.Faults.Clear();
        return ValueTask.CompletedTask;
    }
}
