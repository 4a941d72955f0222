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
        var records = Lines.Where(line => line.Key == "org").Select(line => Record(Words(line.Text))).ToList();
        var applied = Lines
            .Where(line => line.Key == "applied")
            .SelectMany(line => Words(line.Text))
            .ToDictionary(
                word => word.Name,
                word => new AppliedField(Json(word.Value), word.Value.EndsWith('!') ? Now : Earlier, "web"),
                StringComparer.Ordinal
            );
        var match = MatchRules.Find(lead, new FoundRecords(records), rules);
        var owners = Lines.FirstOrDefault(line => line.Key == "owners").Text is { } able ? OwnerWords.Now(able) : null;
        return Say(Decisions.Decide(lead, match, rules, _ => applied, settled: Now.AddSeconds(-1), owners));
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

    // email=… ext=… company=… last=… link=Lead:1 knows=Lead:2 maps=Lead+Contact creates=Contact lacks=Company Title=Chief:onlyWhenEmpty
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
        return new WaitingLead("acme", wanted, Run: 1, FromVersion: 1, Attempts: 0, PersonKeys.Of(wanted), link);
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
        var stamp = Is("fresh") ? Now : created;
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

    private static string Say(Decision decision) =>
        decision switch
        {
            Decision.Write { Plan: { RecordId: null } plan, Match: var match } => $"create {plan.Object}"
                + (
                    plan.Key is null
                        ? ""
                        : $" {(plan.ToWrite().Key is null ? "with" : "by")} external id {plan.Key.Value}"
                )
                + (plan.AllowsDuplicates ? " past duplicate rules" : "")
                + OwnerWords.Say(plan)
                + Because(match),
            Decision.Write { Plan: var plan, Match: var match } => Fields(plan, match)
                + (plan.UnmodifiedSince is null ? "" : ", guarded"),
            Decision.Unchanged { Plan: var plan, Match: var match } => Fields(plan, match),
            Decision.Skip { Reason: var reason, Match: var match } => $"skip {reason}{Because(match)}",
            Decision.Park { Kind: var kind, Match: var match } => $"park {kind.Code}"
                + (match is Match.Several { Candidates: var all } ? $" of {all.Count}" : "")
                + Because(match),
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

    private static string Because(Match match) =>
        match.DecidedBy is { } rule ? $" because {rule.Setting}={rule.Value}" : "";

    private static string Name(string objectName, string id) => $"{objectName} {id[14..15]}";

    private static KnownRecord Known(string text) =>
        new(text.Split(':')[0], Id(text.Split(':')[0], text.Split(':')[1].TrimEnd('s'), text.EndsWith('s')));

    /// <summary>One of 18 characters, or of 15.</summary>
    private static string Id(string objectName, string number, bool isShort = false)
    {
        var id = $"{(objectName == "Lead" ? "00Q" : "003")}5e000001aBc{number}";
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
