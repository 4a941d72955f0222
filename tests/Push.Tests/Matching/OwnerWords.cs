using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Matching;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Tests.Matching;

/// <summary>How the cases of decisions speak of owners and record types, which they number: <c>user:1</c>, <c>queue:2</c>.</summary>
internal static class OwnerWords
{
    public const string Self = "0055e000001aBc0";

    /// <summary>The setting: <c>leave</c>, <c>assignmentRules</c>, <c>assignmentRules:1</c>, or a user or queue with its fallbacks: <c>user:1+queue:1</c>.</summary>
    public static object Setting(string text)
    {
        var chain = text.Split('+').Select(One).ToList();
        if (chain.Count > 1)
            chain[0]["fallback"] = chain[1..];
        return chain[0];
    }

    /// <summary>Who can be given records: <c>user:1 queue:2 queue:3/Case</c>.</summary>
    public static OwnersNow Now(string text) =>
        new(
            [
                .. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Where(word => word != "nobody")
                    .Select(word => word.Split('/'))
                    .Select(word => new CrmOwner(
                        IdOf(word[0]),
                        word[0].StartsWith("queue", StringComparison.Ordinal)
                            ? [word.ElementAtOrDefault(1) ?? "Lead"]
                            : null
                    )),
            ],
            Self
        );

    /// <summary>What a create is given beside its fields.</summary>
    public static string Say(WritePlan plan) =>
        plan.Assignment switch
        {
            null => "",
            { RuleId: null } => " under assignment rules",
            { RuleId: var id } => $" under assignment rule {Number(id)}",
        }
        + plan.Owner switch
        {
            null => "",
            { By: OwnerChoice.IntegrationUser } => " for the integration user",
            { By: OwnerChoice.Fallback, Id: var id } => $" for the fallback {Name(id)}",
            { Id: var id } => $" for {Name(id)}",
        }
        + (plan.RecordTypeId is null ? "" : $" of record type {Number(plan.RecordTypeId)}");

    /// <summary>The id of a record type.</summary>
    public static string RecordType(string number) => Long($"0125e000001aBc{number}");

    private static Dictionary<string, object> One(string word)
    {
        var kind = word.Split(':')[0];
        var one = new Dictionary<string, object>(StringComparer.Ordinal) { ["by"] = kind };
        if (word != kind)
            one[kind == "assignmentRules" ? "rule" : "id"] = IdOf(word);
        return one;
    }

    private static string IdOf(string word)
    {
        var parts = word.Split(':');
        var prefix = parts[0] switch
        {
            "user" => "005",
            "queue" => "00G",
            _ => "01Q",
        };
        return Long($"{prefix}5e000001aBc{parts[1]}");
    }

    private static string Name(string id) =>
        $"{(id.StartsWith("005", StringComparison.Ordinal) ? "user" : "queue")} {Number(id)}";

    private static string Number(string id) => id[14..15];

    private static string Long(string id) =>
        RecordId.TryLengthen(id, out var longId) ? longId : throw new ArgumentException(id, nameof(id));
}
