using LeadSync.Crash.Checking;

namespace LeadSync.Crash.Tests.Checking;

/// <summary>Small journals, made by hand: one person, one record, all as it should be; tests change what they are about.</summary>
internal static class Journal
{
    public const string Org = "acme-org";
    public const string OtherOrg = "other-org";
    public static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Captured twice, created with the first values, updated to the second, and told so.</summary>
    public static Journals Sound { get; } =
        new()
        {
            Captures = [Captured(1, ("Title", "one"), ("Phone", "111")), Captured(2, ("Title", "two"))],
            Effects =
            [
                Did(EffectKind.Created, ("Email", null, Address), ("Title", null, "one"), ("Phone", null, "111")),
                Did(EffectKind.Updated, ("Title", "one", "two")),
            ],
            Records = [Standing("r1", ("Title", "two"), ("Phone", "111"))],
            Told = [Tells(1, "created", ("Title", "one"), ("Phone", "111")), Tells(2, "updated", ("Title", "two"))],
            Mapped = [new MappedVersion("acme", "web", "l1", 10), new MappedVersion("acme", "web", "l1", 20)],
            Rows = [new Row("acme", "web", "l1", 20, IsPending: false, ParkedCode: null)],
            Calls = [new CrmCall(Org, Noon, OfLeads: true), new CrmCall(Org, Noon.AddSeconds(1), OfLeads: true)],
            Budgets = new Dictionary<string, long>(StringComparer.Ordinal) { [Org] = 2 },
            Fields = new Fields { Overwritten = ["Title"], OnlyWhenEmpty = ["Phone"] },
            Orgs = new Dictionary<string, string>(StringComparer.Ordinal) { ["acme"] = Org, ["other"] = OtherOrg },
        };

    public const string Address = "ann@acme.example";

    public static Capture Captured(int second, params (string Field, string Value)[] values) =>
        new(
            Guid.CreateVersion7(),
            "acme",
            "web",
            "l1",
            Address,
            Noon.AddSeconds(second),
            values.ToDictionary(value => value.Field, value => value.Value, StringComparer.Ordinal),
            Noon.AddSeconds(second)
        );

    public static Effect Did(EffectKind kind, params (string Field, string? Before, string? After)[] fields) =>
        new(
            Org,
            "r1",
            kind,
            ByUs: true,
            Noon,
            [.. fields.Select(field => new FieldEffect(field.Field, field.Before, field.After))]
        );

    public static Effect ByHand(params (string Field, string? Before, string? After)[] fields) =>
        Did(EffectKind.Updated, fields) with
        {
            ByUs = false,
        };

    public static CrmRecord Standing(string id, params (string Field, string? Value)[] values) =>
        new(
            Org,
            id,
            Address,
            IsDeleted: false,
            values.ToDictionary(value => value.Field, value => value.Value, StringComparer.Ordinal)
        );

    public static Told Tells(int number, string outcome, params (string Field, string? Value)[] written) =>
        new(
            new Guid(number, 0, 0, new byte[8]),
            "acme",
            "web",
            "l1",
            outcome,
            "r1",
            written.ToDictionary(value => value.Field, value => value.Value, StringComparer.Ordinal)
        );
}
