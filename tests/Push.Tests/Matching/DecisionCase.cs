using System.Globalization;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Lanes;
using LeadSync.Push.Matching;
using LeadSync.Push.Rules;
using LeadSync.Push.Writing;
using LeadSync.Testing;

namespace LeadSync.Push.Tests.Matching;

/// <summary>
/// One case of what is decided, written as people read it: the title is what must hold, then come the rules, what was applied,
/// the lead, what the org holds, and the decision. docs/rules.md explains the notation.
/// </summary>
public sealed record DecisionCase(string Title, IReadOnlyList<(string Key, string Text)> Lines)
{
    private const string Ext = "Ext__c";
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Earlier = Now.AddDays(-1);

    /// <summary>Every case of a file: a title at the beginning of a line, then indented lines.</summary>
    public static IReadOnlyList<DecisionCase> In(params string[] path)
    {
        var cases = new List<DecisionCase>();
        List<(string, string)>? lines = null;
        foreach (var line in File.ReadLines(Path.Combine([Checkout.Root, .. path])))
        {
            if (line.StartsWith("    ", StringComparison.Ordinal) && lines is not null)
            {
                var parts = line.Trim().Split(':', 2);
                lines.Add((parts[0].Trim(), parts[1].Trim()));
            }
            else if (line.StartsWith("**", StringComparison.Ordinal))
            {
                lines = [];
                cases.Add(new DecisionCase(line.Trim('*', ' ', '.'), lines));
            }
        }
        return [.. cases.Where(one => one.Lines.Count > 0)];
    }

    public string Expected => Only("decides");

    public string Decide()
    {
        var rules = new RuleSet(
            Lines
                .Where(line => line.Key is "rule" or "contact rule")
                .ToDictionary(
                    line => line.Key == "rule" ? "Lead" : "Contact",
                    line => (Rule(line.Key == "rule" ? "Lead" : "Contact", line.Text), 1L),
                    StringComparer.Ordinal
                )
        );
        var lead = Lead(Words(Only("lead")));
        var org = Lines.Where(line => line.Key == "org").Select(line => Words(line.Text)).ToList();
        var records = org.Where(words => words[0].Name != WritePlan.Account).Select(Record).ToList();
        var applied = Lines
            .Where(line => line.Key == "applied")
            .SelectMany(line => Words(line.Text))
            .ToDictionary(
                word => word.Name,
                word => new AppliedField(Json(word.Value), word.Value.EndsWith('!') ? Now : Earlier, "web"),
                StringComparer.Ordinal
            );
        var match = MatchRules.Find(lead, new FoundRecords(records), rules);
        var found = new Findings(new FoundRecords(records), Now.AddSeconds(-1), rules) { Accounts = Accounts(org) };
        var owners = Lines.FirstOrDefault(line => line.Key == "owners").Text is { } able ? OwnerWords.Now(able) : null;
        var decision = Decisions.Decide(lead, match, rules, _ => applied, found.Settled, owners);
        return Say(NewRecords.Decide(decision, lead, found, Now));
    }

    private static PushRule Rule(string objectName, string text)
    {
        var members = Words(text)
            .ToDictionary(
                word => word.Name,
                word =>
                    word.Name switch
                    {
                        "matchBy" => word.Value.Split('+', StringSplitOptions.RemoveEmptyEntries),
                        "createWhen" => CreateWhen(word.Value.Split(',')),
                        "account" => Account(word.Value.Split(',')),
                        "owner" => OwnerWords.Setting(word.Value),
                        "recordType" => OwnerWords.RecordType(word.Value),
                        _ => (object)word.Value,
                    },
                StringComparer.Ordinal
            );
        var (rule, faults) = RuleJson.Read(objectName, JsonSerializer.SerializeToElement(members));
        faults.ShouldBeEmpty();
        return rule;
    }

    // createWhen=Country+State,30,park
    private static Dictionary<string, object> CreateWhen(string[] parts) =>
        new(StringComparer.Ordinal)
        {
            ["fields"] = parts[0].Split('+'),
            ["within"] = int.Parse(parts[1], CultureInfo.InvariantCulture),
            ["then"] = parts[2],
        };

    // account=websiteDomain+name,fixed,001…
    private static Dictionary<string, object> Account(string[] parts) =>
        new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["find"] = parts[0].Split('+', StringSplitOptions.RemoveEmptyEntries),
            ["none"] = parts[1],
        }
            .Concat(parts.Skip(2).Select(id => new KeyValuePair<string, object>("fixed", Id(WritePlan.Account, id))))
            .ToDictionary(StringComparer.Ordinal);

    // email=… ext=… company=… last=… link=Lead:1 other=Contact:2 knows=Lead:2 maps=Lead+Contact creates=Contact lacks=Company minutes=10 works=Acme site=acme.io made=1 Title=Chief:onlyWhenEmpty
    private static WaitingLead Lead(IReadOnlyList<(string Name, string Value)> words)
    {
        string? Of(string name) => words.FirstOrDefault(word => word.Name == name).Value;
        var email = Of("email")?.ToLowerInvariant();
        var fields = new List<MappedField>
        {
            Field("LastName", Of("last") ?? "Ng", WriteRule.Overwrite),
            Field("Company", Of("company") ?? "Acme", WriteRule.Overwrite),
        };
        if (email is not null && Of("writesEmail") != "no")
            fields.Add(Field("Email", email, WriteRule.Overwrite));
        if (Of("ext") is { } ext)
            fields.Add(Field(Ext, ext, WriteRule.Overwrite));
        fields.AddRange(words.Where(word => char.IsUpper(word.Name[0])).Select(word => Field(word.Name, word.Value)));
        var objects = (Of("maps") ?? "Lead").Split('+');
        var wanted = new MappedLead
        {
            EventId = Guid.Empty,
            OccurredAt = Now,
            Source = "web",
            LeadId = "1",
            ConnectionId = Guid.Empty,
            Version = 1,
            CreateAs = Of("creates") ?? "Lead",
            Match = new MatchKeys
            {
                Email = email,
                Company = Of("works")?.Replace('_', ' '),
                Website = Of("site"),
                Records = [.. words.Where(word => word.Name == "knows").Select(word => Known(word.Value))],
            },
            Sections =
            [
                .. objects.Select(name => new MappedSection
                {
                    Object = name,
                    Fields = [.. fields.Where(field => name == "Lead" || field.Field != "Company")],
                    MissingForCreate = Of("lacks") is { } lacks ? [lacks] : [],
                }),
            ],
        };
        var link = Of("link") is { } linked ? Known(linked) : null;
        var firstWanted = Now.AddMinutes(-int.Parse(Of("minutes") ?? "0", CultureInfo.InvariantCulture));
        var fromVersion = (firstWanted - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return new WaitingLead("acme", wanted, Run: 1, fromVersion, Attempts: 0, PersonKeys.Of(wanted), link)
        {
            Other = Of("other") is { } other ? Known(other) : null,
            AccountId = Of("made") is { } made ? Id(WritePlan.Account, made) : null,
        };
    }

    private static MappedField Field(string name, string text)
    {
        var parts = text.Split(':');
        var choice = parts.Length > 1 ? parts[1] : "overwrite";
        var rule = choice switch
        {
            "onlyWhenEmpty" => WriteRule.OnlyWhenEmpty,
            "onlyOnCreate" => WriteRule.OnlyOnCreate,
            "untilEdited" => WriteRule.UntilEdited,
            "onlyWhile" => WriteRule.OnlyWhile,
            "optOut" => WriteRule.OptOut,
            _ => WriteRule.Overwrite,
        };
        return Field(name, parts[0], rule) with
        {
            // Only while the Status is New.
            While = rule == WriteRule.OnlyWhile ? new WriteCondition("Status", ["New"]) : null,
            ConsentedAt = text.EndsWith(":consented", StringComparison.Ordinal) ? Now : null,
            Adds = text.EndsWith(":adds", StringComparison.Ordinal),
            Precedence = text.EndsWith(":low", StringComparison.Ordinal) ? -1 : 0,
        };
    }

    private static MappedField Field(string name, string value, WriteRule rule) => new(name, Json(value), Now, rule);

    // Lead 1 email=… ext=… year=2020 active deleted mergedInto=2 contact=9 fresh Title=Boss
    private static CrmRecord Record(IReadOnlyList<(string Name, string Value)> words)
    {
        string? Of(string name) => words.FirstOrDefault(word => word.Name == name).Value;
        bool Is(string name) => words.Any(word => word.Name == name);
        var (objectName, number) = (words[0].Name, words[1].Name);
        var created = new DateTimeOffset(
            int.Parse(Of("year") ?? "2024", CultureInfo.InvariantCulture),
            1,
            1,
            0,
            0,
            0,
            TimeSpan.Zero
        );
        // Settling: in the last second that the reading may have missed.
        var stamp =
            Is("fresh") ? Now
            : Is("settling") ? Now.AddSeconds(-1)
            : created;
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
        {
            ["LastName"] = Json(Of("last") ?? "Ng"),
            ["Company"] = Json(Of("company") ?? "Acme"),
            ["Email"] = Json(Of("email") ?? ""),
            [Ext] = Json(Of("ext") ?? ""),
        };
        foreach (var word in words.Skip(2).Where(word => char.IsUpper(word.Name[0])))
            fields[word.Name] = Json(word.Value);
        return new CrmRecord(objectName, Id(objectName, number), fields)
        {
            Email = Of("email"),
            Company = Of("company") ?? "Acme",
            LastName = Of("last") ?? "Ng",
            CreatedAt = created,
            ModifiedAt = stamp,
            Stamp = stamp,
            HasActivity = Is("active"),
            Deleted = Is("deleted") || Of("mergedInto") is not null,
            MergedInto = Of("mergedInto") is { } winner ? Id(objectName, winner) : null,
            Converted = Is("converted") || Of("contact") is not null,
            ConvertedContactId = Of("contact") is { } contact ? Id("Contact", contact) : null,
        };
    }

    // Account 1 name=Acme site=https://www.acme.io owner=user:1, who is active; or: Account hidden; or: Account readOnly
    private static FoundAccounts Accounts(IEnumerable<List<(string Name, string Value)>> org)
    {
        var lines = org.Where(words => words[0].Name == WritePlan.Account).ToList();
        var hidden = new CrmFailure("SCHEMA_CHANGED", FailureClass.Configuration, "", "", "");
        return new FoundAccounts(
            [
                .. lines
                    .Where(words => words[1].Name is not ("hidden" or "readOnly"))
                    .Select(words => new CrmAccount(
                        Id(WritePlan.Account, words[1].Name),
                        words.FirstOrDefault(word => word.Name == "name").Value?.Replace('_', ' ') ?? "Nobody",
                        words.FirstOrDefault(word => word.Name == "site").Value,
                        Earlier,
                        words.FirstOrDefault(word => word.Name == "owner").Value is { } owner
                            ? OwnerWords.IdOf(owner)
                            : null
                    )),
            ],
            lines.Exists(words => words[1].Name == "hidden") ? hidden : null
        )
        {
            IsUnwritable = lines.Exists(words => words[1].Name == "readOnly"),
        };
    }

    private static string Say(Decision decision) =>
        decision switch
        {
            Decision.Write { Plan: { IsAccount: true } plan, Match: var match } =>
                $"create Account with {string.Join(" and ", plan.Fields.Select(field => $"{field.Field} {field.After}"))} first"
                    + Because(match),
            Decision.Write { Plan: { RecordId: null } plan, Match: var match } => $"create {plan.Object}"
                + (
                    plan.Key is null
                        ? ""
                        : $" {(plan.ToWrite().Key is null ? "with" : "by")} external id {plan.Key.Value}"
                )
                + (plan.AllowsDuplicates ? " past duplicate rules" : "")
                + InAccount(plan)
                + OwnerWords.Say(plan)
                + Because(match),
            Decision.Write { Plan: var plan, Match: var match } => Fields(plan, match)
                + (plan.UnmodifiedSince is null ? "" : ", guarded"),
            Decision.Unchanged { Plan: var plan, Match: var match } => Fields(plan, match),
            Decision.Both { Primary: var primary, Other: var other } => $"{Say(primary)}; {Say(other)}",
            Decision.Skip { Reason: var reason, Match: var match } => $"skip {reason}{Because(match)}",
            Decision.Park { Kind: var kind, Match: var match } => $"park {kind.Code}"
                + (match is Match.Several { Candidates: var all } ? $" of {all.Count}" : "")
                + Because(match),
            Decision.Wait { Reason: var reason, Until: var until, Match: var match } => string.Create(
                CultureInfo.InvariantCulture,
                $"wait {reason} {(until - Now).TotalMinutes} minutes{Because(match)}"
            ),
            Decision.LookAgain { Link: var link } => $"look again as {Name(link.Object, link.RecordId)}",
            Decision.TooFresh => "look again in a moment",
            _ => throw new InvalidOperationException(decision.ToString()),
        };

    private static string Fields(WritePlan plan, Match match)
    {
        var one = (Match.One)match;
        var written = plan.Fields.Where(field => field.Written).Select(field => field.Field).ToList();
        var others = plan
            .Fields.Where(field => !field.Written && field.Reason != FieldRules.SameValue)
            .Select(field => $"{field.Field} {field.Reason}");
        return $"{Name(plan.Object, plan.RecordId!)} by {RuleText.Of(one.By)}"
            + (one.Reason is null ? "" : $" {one.Reason}")
            + (one.Candidates is null ? "" : $" of {one.Candidates.Count}")
            + $", writes {(written.Count == 0 ? "nothing" : string.Join(" and ", written))}"
            + string.Concat(others.Select(other => $", {other}"));
    }

    private static string InAccount(WritePlan plan) =>
        plan.Fields.FirstOrDefault(field => field.Field == WritePlan.AccountField) is not { } account ? ""
        : account.Written ? $" in Account {FieldValue.Text(account.After)[14..15]} {account.Reason}"
        : $" without Account {account.Reason}";

    private static string Because(Match match) =>
        match.DecidedBy is { } rule ? $" because {rule.Setting}={rule.Value}" : "";

    private static string Name(string objectName, string id) => $"{objectName} {id[14..15]}";

    private static KnownRecord Known(string text) =>
        new(text.Split(':')[0], Id(text.Split(':')[0], text.Split(':')[1].TrimEnd('s'), text.EndsWith('s')));

    /// <summary>One of 18 characters, or of 15.</summary>
    private static string Id(string objectName, string number, bool isShort = false)
    {
        var prefix = objectName switch
        {
            "Lead" => "00Q",
            WritePlan.Account => "001",
            _ => "003",
        };
        var id = $"{prefix}5e000001aBc{number}";
        return isShort ? id
            : RecordId.TryLengthen(id, out var longId) ? longId
            : throw new InvalidOperationException(id);
    }

    private static JsonElement Json(string value) =>
        value.TrimEnd('!') switch
        {
            "true" => JsonElement.Parse("true"),
            "false" => JsonElement.Parse("false"),
            "null" or "" => JsonElement.Parse("null"),
            var text => JsonSerializer.SerializeToElement(text.Replace('_', ' ')),
        };

    private static List<(string Name, string Value)> Words(string text) =>
        [
            .. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(word => word.Split('=', 2))
                .Select(parts => (parts[0], parts.Length > 1 ? parts[1] : "")),
        ];

    private string Only(string key) => Lines.Single(line => line.Key == key).Text;

    public override string ToString() => Title;
}
