using LeadSync.Contracts;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;

namespace LeadSync.Push.Tests.Matching;

public sealed class When_a_new_contact_has_an_account(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    private static readonly string[] ByName = ["name"];
    private readonly Guid _connection = Guid.CreateVersion7();

    [Theory]
    [InlineData("{0}.example")]
    [InlineData("www.{0}.example/")]
    [InlineData("http://{0}.example/home")]
    [InlineData("HTTPS://WWW.{0}.EXAMPLE?lang=en")]
    public async Task It_is_found_by_the_host_of_its_website_however_that_is_typed(string typed)
    {
        var host = $"h{_connection:N}";
        await AccountAsync("Other", $"{host}.example.org");
        var account = await AccountAsync("Acme", string.Format(null, typed, host));

        await SyncAsync(Person("anna", website: $"https://{host}.example/team"));

        Contacts().ShouldHaveSingleItem()["AccountId"].ShouldBe(account);
        var field = await AccountFieldAsync();
        (field.Written, field.Reason).ShouldBe((true, "ACCOUNT_FOUND_BY_DOMAIN"));
    }

    [Fact]
    public async Task It_is_found_by_its_name_in_the_same_call()
    {
        var company = Company("it's \"Acme\" % _ ");
        var account = await AccountAsync(company.ToUpperInvariant().Trim());
        await SyncAsync(Person("warm-up"));
        var before = push.Crm.Org.ApiCallsUsed;

        await SyncAsync(Person("anna", company));

        // One finds, one writes.
        (push.Crm.Org.ApiCallsUsed - before).ShouldBe(2);
        Contacts().ShouldContain(contact => Equals(contact["AccountId"], account));
    }

    [Fact]
    public async Task Its_owner_may_be_the_new_contacts_too()
    {
        await push.RuleAsync(_connection, new { owner = new { by = "accountOwner" } }, "Contact");
        var company = Company("Owned");
        var account = await AccountAsync(company);

        await SyncAsync(Person("anna", company));

        var contact = Contacts().ShouldHaveSingleItem();
        contact["OwnerId"].ShouldBe(push.Crm.Org.Get("Account", account)!["OwnerId"]);
        contact["OwnerId"].ShouldNotBe(push.Crm.Org.IntegrationUserId);
        (await push.WrittenAsync())
            .Last(item => item.ConnectionId == _connection)
            .Owner!.By.ShouldBe(OwnerChoice.AccountOwner);
    }

    [Fact]
    public async Task Without_one_the_contact_is_created_and_says_so()
    {
        await SyncAsync(Person("anna", Company("Nobody")));

        Contacts().ShouldHaveSingleItem()["AccountId"].ShouldBeNull();
        var field = await AccountFieldAsync();
        (field.Written, field.Reason).ShouldBe((false, "ACCOUNT_NOT_FOUND"));
    }

    [Fact]
    public async Task Of_several_none_is_taken_until_people_have_merged_them()
    {
        var company = Company("Twice");
        var one = await AccountAsync(company);
        var other = await AccountAsync(company);

        await SyncAsync(Person("anna", company));

        Contacts().ShouldBeEmpty();
        var matched = (await push.MatchedAsync()).Last(item => item.ConnectionId == _connection);
        matched.Reason.ShouldBe("AMBIGUOUS_ACCOUNT");
        matched.Candidates!.Select(candidate => candidate.RecordId).ShouldBe([one, other], ignoreOrder: true);
    }

    [Fact]
    public async Task Who_is_there_keeps_the_account_that_a_rep_chose()
    {
        var company = Company("Acme");
        await AccountAsync(company);
        var chosen = await AccountAsync("Chosen");
        var id = await push.Crm.Org.Rep.CreateAsync(
            "Contact",
            new
            {
                LastName = "Old",
                Email = Email("anna"),
                AccountId = chosen,
            }
        );

        await SyncAsync(Person("anna", company));

        var contact = push.Crm.Org.Get("Contact", id)!;
        (contact["LastName"], contact["AccountId"]).ShouldBe(("Ng", chosen));
    }

    [Fact]
    public async Task Accounts_that_the_user_may_not_read_keep_nobody_back_by_default()
    {
        await WithoutAccountsAsync(async () =>
        {
            await SyncAsync(Person("anna", Company("Hidden")));

            Contacts().ShouldHaveSingleItem();
            (await AccountFieldAsync()).Reason.ShouldBe("ACCOUNT_UNREADABLE");
        });
    }

    [Fact]
    public async Task An_account_that_the_user_may_not_write_keeps_nobody_back_by_default()
    {
        var schema = push.Schema;
        push.Schema = (id, name) =>
            schema(id, name) is { } seen
                ? seen with
                {
                    Fields =
                    [
                        .. seen.Fields.Select(field =>
                            field.Name == "AccountId" ? field with { Createable = false } : field
                        ),
                    ],
                }
                : null;
        var company = Company("Closed");
        await AccountAsync(company);
        try
        {
            await SyncAsync(Person("anna", company));
        }
        finally
        {
            push.Schema = schema;
        }

        Contacts().ShouldHaveSingleItem()["AccountId"].ShouldBeNull();
        var field = await AccountFieldAsync();
        (field.Written, field.Reason).ShouldBe((false, "ACCOUNT_UNWRITABLE"));
    }

    [Fact]
    public async Task One_is_created_once_for_all_the_companys_people()
    {
        await CreatingAsync();
        var company = Company("Startup");

        await push.TakeInAsync(
            Enumerable.Range(0, 40).Select(at => Person($"p{at}", at % 2 == 0 ? company : company.ToUpperInvariant()))
        );
        await push.SettledAsync(_connection);

        var account = Accounts(company).ShouldHaveSingleItem();
        Contacts().Count.ShouldBe(40);
        Contacts().ShouldAllBe(contact => Equals(contact["AccountId"], account.Id));
        var waits = (await push.MatchedAsync()).Where(item =>
            item.ConnectionId == _connection && item is { Decision: SyncDecision.Wait, Reason: "WAITS_FOR_ACCOUNT" }
        );
        waits.ShouldNotBeEmpty();
        (await push.WrittenAsync())
            .Where(item => item.ConnectionId == _connection)
            .Select(item => item.Fields.Single(field => field.Field == "AccountId").Reason)
            .Distinct(StringComparer.Ordinal)
            .ShouldBe(["ACCOUNT_CREATED", "ACCOUNT_FOUND_BY_NAME"], ignoreOrder: true);
    }

    [Theory]
    [InlineData(FaultKind.DropAnswer)]
    [InlineData(FaultKind.DropBeforeEffect)]
    [InlineData(FaultKind.LateEffect)]
    public async Task One_whose_answer_is_lost_is_not_created_again(FaultKind fault)
    {
        await CreatingAsync();
        var company = Company("Lost");
        await SyncAsync(Person("warm-up"));
        push.Crm.Faults.Put(
            new FaultRule
            {
                Kind = fault,
                Match = new FaultMatch { Kind = RequestKinds.Create, Object = "Account" },
                Count = 1,
                DelayMilliseconds = fault == FaultKind.LateEffect ? 1_000 : 0,
            }
        );

        await push.TakeInAsync([Person("anna", company), Person("ben", company), Person("cleo", company)]);
        await push.SettledAsync(_connection);
        await push.Crm.Faults.WhenLateEffectsAppliedAsync();

        var account = Accounts(company).ShouldHaveSingleItem();
        Contacts().Count(contact => Equals(contact["AccountId"], account.Id)).ShouldBe(3);
    }

    [Fact]
    public async Task One_that_the_org_refuses_keeps_the_lead_and_says_what_it_was_about()
    {
        await CreatingAsync();
        await WithoutAccountsAsync(
            async () =>
            {
                await SyncAsync(Person("anna", Company("Refused")));

                Contacts().ShouldBeEmpty();
                var failure = (await push.FailuresAsync()).Last(item => item.ConnectionId == _connection);
                failure.Message.ShouldContain("Account");
                failure.Transient.ShouldBeFalse();
            },
            new ObjectAccess(Create: false, Edit: false, ViewAll: true)
        );
    }

    private Task CreatingAsync() =>
        push.RuleAsync(_connection, new { account = new { find = ByName, none = "create" } }, "Contact");

    private async Task WithoutAccountsAsync(Func<Task> act, ObjectAccess? accounts = null)
    {
        var before = push.Crm.Org.Setup;
        var everything = new ObjectAccess(Create: true, Edit: true, Delete: true, ViewAll: true, ModifyAll: true);
        var objects = new Dictionary<string, ObjectAccess>(StringComparer.Ordinal)
        {
            ["Lead"] = everything,
            ["Contact"] = everything,
        };
        if (accounts is not null)
            objects["Account"] = accounts;
        var profile = PermissionSet.Administrator with
        {
            Name = "No Accounts",
            EveryObject = false,
            Objects = objects,
            OtherFields = FieldAccess.Edit,
        };
        push.Crm.Org.Setup = before with
        {
            PermissionSets = [.. before.PermissionSets, profile],
            Users = [before.Users[0] with { Profile = profile.Name }, .. before.Users.Skip(1)],
        };
        try
        {
            await act();
        }
        finally
        {
            push.Crm.Org.Setup = before;
        }
    }

    private async Task SyncAsync(params MappedLead[] leads)
    {
        await push.WantAsync(leads);
        await push.SettledAsync(_connection);
    }

    private async Task<FieldDecision> AccountFieldAsync() =>
        (await push.WrittenAsync())
            .Last(item => item.ConnectionId == _connection)
            .Fields.Single(field => field.Field == "AccountId");

    private Task<string> AccountAsync(string name, string? website = null) =>
        push.Crm.Org.Rep.CreateAsync("Account", new { Name = name, Website = website });

    private List<SimulatedRecord> Contacts() =>
        [.. push.Crm.Org.Records("Contact").Where(contact => Equals(contact["Title"], _connection.ToString()))];

    private List<SimulatedRecord> Accounts(string name) =>
        [
            .. push
                .Crm.Org.Records("Account")
                .Where(account => string.Equals((string?)account["Name"], name, StringComparison.OrdinalIgnoreCase)),
        ];

    private MappedLead Person(string name, string? company = null, string? website = null)
    {
        var lead = PushUnderTest.Lead(
            _connection,
            name,
            Email(name),
            fields: [("LastName", "Ng"), ("Title", _connection.ToString())]
        );
        return lead with
        {
            CreateAs = "Contact",
            Match = lead.Match with { Company = company, Website = website },
            Sections = [lead.Sections[0] with { Object = "Contact", MissingForCreate = [] }],
        };
    }

    private string Company(string name) => $"{name.Trim()} {_connection:N}";

    private string Email(string name) => $"{name}@{_connection:N}.example";
}
