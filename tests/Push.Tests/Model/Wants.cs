using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Push.Tests.Model;

/// <summary>A value of a field as it was captured; no two are equal.</summary>
internal sealed record Captured(string Field, string Value, DateTimeOffset At);

/// <summary>A lead as its source knows it. Its address never changes, so it is always the same person.</summary>
internal sealed class CapturedLead(string source, string leadId, string email)
{
    public string Source => source;
    public string LeadId => leadId;
    public string Email => email;
    public Dictionary<string, Captured> Fields { get; } = new(StringComparer.Ordinal);
    public bool IsWithdrawn { get; set; }

    public override string ToString() => $"{source}/{leadId} ({email})";
}

/// <summary>What is wanted of one lead at one connection: made by Mapping, on its way, and taken in.</summary>
internal sealed class Want(CapturedLead lead, Guid connection)
{
    public CapturedLead Lead => lead;
    public Guid Connection => connection;

    /// <summary>Every version that was ever made.</summary>
    public List<MappedLead> Made { get; } = [];

    /// <summary>Versions that count, each with the step from which it did: newer than all before it.</summary>
    public List<(int Step, MappedLead Lead)> Counted { get; } = [];

    public MappedLead? Newest => Counted.Count == 0 ? null : Counted[^1].Lead;

    /// <summary>What arrives counts only when it is newer.</summary>
    public bool TakeIn(MappedLead arrived, int step)
    {
        if (Newest is { } newest && arrived.Version <= newest.Version)
            return false;
        Counted.Add((step, arrived));
        return true;
    }

    /// <summary>Whether this value was wanted at some time since this step.</summary>
    public bool IsWantedSince(int step, string field, string value)
    {
        for (var place = Counted.Count - 1; place >= 0; place--)
        {
            if (Holds(Counted[place].Lead, field, value))
                return true;
            if (Counted[place].Step < step)
                return false;
        }
        return false;
    }

    private static bool Holds(MappedLead version, string field, string value) =>
        version.Sections.Any(section =>
            section.Fields.Any(wanted => wanted.Field == field && VirtualOrg.Text(wanted.Value) == value)
        );
}

/// <summary>Makes what Mapping would: the whole wanted state of a lead, one write rule for each field.</summary>
internal static class Mapped
{
    /// <summary>Fields by the rule under which they are written.</summary>
    public static readonly IReadOnlyDictionary<string, WriteRule> Rules = new Dictionary<string, WriteRule>(
        StringComparer.Ordinal
    )
    {
        ["LastName"] = WriteRule.Overwrite,
        ["Title"] = WriteRule.Overwrite,
        ["Company"] = WriteRule.OnlyOnCreate,
        ["Phone"] = WriteRule.OnlyWhenEmpty,
        ["Description"] = WriteRule.UntilEdited,
        ["Rating"] = WriteRule.OnlyWhile,
    };

    private static readonly string[] Required = ["LastName", "Company"];
    private static readonly WriteCondition WhileOpen = new("Status", ["Open"]);

    public static MappedLead From(CapturedLead lead, Guid connection, long version, DateTimeOffset now)
    {
        string[] missing = [.. Required.Where(name => !lead.Fields.ContainsKey(name))];
        return new MappedLead
        {
            EventId = Guid.CreateVersion7(now),
            OccurredAt = now,
            Source = lead.Source,
            LeadId = lead.LeadId,
            ConnectionId = connection,
            Version = version,
            CreateAs = "Lead",
            Match = new MatchKeys { Email = lead.Email },
            Withdrawn = lead.IsWithdrawn,
            Sections = lead.IsWithdrawn ? [] : [Section(lead, missing)],
        };
    }

    private static MappedSection Section(CapturedLead lead, string[] missing) =>
        new()
        {
            Object = "Lead",
            MissingForCreate = missing,
            Fields =
            [
                new MappedField("Email", Json(lead.Email), DateTimeOffset.UnixEpoch, WriteRule.Overwrite),
                .. lead.Fields.Values.Select(captured => new MappedField(
                    captured.Field,
                    Json(captured.Value),
                    captured.At,
                    Rules[captured.Field]
                )
                {
                    While = Rules[captured.Field] == WriteRule.OnlyWhile ? WhileOpen : null,
                }),
            ],
        };

    private static JsonElement Json(string value) => JsonSerializer.SerializeToElement(value);
}
