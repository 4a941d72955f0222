using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.People;

namespace LeadSync.Mapping.People;

/// <summary>Whose keys are looked for among the erased before changes of leads are taken in.</summary>
public sealed class Suspects
{
    public const string LeadKind = "lead";
    public const string EmailKind = "email";
    public const string RecordKind = "record";

    private const int LongestEmail = 320;
    private readonly Dictionary<LeadKey, byte[]> _leads;
    private readonly Dictionary<Guid, List<string>> _emails = [];
    private readonly List<(string Workspace, string Kind, byte[] Key)> _all;

    private Suspects(IEnumerable<LeadKey> leads, ErasureKeys keys)
    {
        _leads = leads.ToDictionary(lead => lead, keys.OfLead);
        _all = [.. _leads.Select(lead => (lead.Key.Workspace, LeadKind, lead.Value))];
    }

    public IReadOnlyList<(string Workspace, string Kind, byte[] Key)> All => _all;

    /// <summary>The leads themselves, and whoever the captured addresses belong to.</summary>
    public static Suspects Of(
        IEnumerable<LeadKey> leads,
        IEnumerable<(string Workspace, CapturedLead Patch)> patches,
        ErasureKeys keys
    )
    {
        var suspects = new Suspects(leads, keys);
        foreach (var (workspace, patch) in patches)
        {
            foreach (var email in patch.Fields.Values.Select(Email).OfType<string>())
            {
                var key = keys.OfEmail(workspace, email);
                suspects._all.Add((workspace, EmailKind, key));
                if (!suspects._emails.TryGetValue(patch.EventId, out var of))
                    suspects._emails[patch.EventId] = of = [];
                of.Add(Text(key));
            }
        }
        return suspects;
    }

    public byte[] KeyOf(LeadKey lead) => _leads[lead];

    /// <summary>The keys of the addresses that a patch captured.</summary>
    public IReadOnlyList<string> EmailsOf(CapturedLead patch) => _emails.GetValueOrDefault(patch.EventId) ?? [];

    public static string Text(byte[] key) => Convert.ToHexStringLower(key);

    /// <summary>A value as an address is matched; null when it can be none.</summary>
    public static string? Email(JsonElement value) =>
        value.ValueKind == JsonValueKind.String
        && value.GetString()!.Trim() is { Length: > 2 and <= LongestEmail } text
        && text.Contains('@', StringComparison.Ordinal)
#pragma warning disable CA1308 // Addresses are compared in lower case by the CRMs too.
            ? text.ToLowerInvariant()
#pragma warning restore CA1308
            : null;
}

/// <summary>Who of the suspects was erased, and when.</summary>
public sealed class ErasedAmong(IReadOnlyDictionary<(string Workspace, string Kind, string Key), DateTimeOffset> erased)
{
    public static readonly ErasedAmong Nobody = new(
        new Dictionary<(string Workspace, string Kind, string Key), DateTimeOffset>()
    );

    public bool Has(LeadKey lead, Suspects suspects) =>
        erased.Count > 0
        && erased.ContainsKey((lead.Workspace, Suspects.LeadKind, Suspects.Text(suspects.KeyOf(lead))));

    /// <summary>
    /// Whether a patch is of a person who was erased: by its lead for ever, by an address when it was captured before that,
    /// for who comes again under a new lead comes on purpose.
    /// </summary>
    public bool Covers(LeadKey lead, CapturedLead patch, Suspects suspects) =>
        erased.Count > 0
        && (
            Has(lead, suspects)
            || suspects
                .EmailsOf(patch)
                .Any(key =>
                    erased.TryGetValue((lead.Workspace, Suspects.EmailKind, key), out var at) && patch.OccurredAt <= at
                )
        );
}
