using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Leads;

namespace LeadSync.Mapping.Routes;

/// <summary>When a lead of a route is synced.</summary>
public enum SyncWhen
{
    EveryCapture,

    /// <summary>Once its source calls it completed; from then on with every capture.</summary>
    Completed,

    /// <summary>Once nothing was captured of it for a while; anew after each capture.</summary>
    Idle,
}

/// <summary>The object that is created for leads of which something holds.</summary>
public sealed record CreateCase(LeadCondition When, string Object);

/// <summary>
/// Which leads a route takes, when, as what they are created, and what it maps otherwise than its connection. Read and
/// stored in one form, but that stored entries say when they were saved.
/// </summary>
/// <param name="CreateAs">The object that is created where no case holds.</param>
public sealed record RouteTerms(string CreateAs)
{
    public SyncWhen Sync { get; init; } = SyncWhen.EveryCapture;

    /// <summary>How long nothing must have been captured. With <see cref="SyncWhen.Completed"/>: then it goes uncompleted too.</summary>
    public TimeSpan? Idle { get; init; }

    /// <summary>The first whose condition holds decides.</summary>
    public IReadOnlyList<CreateCase> CreateCases { get; init; } = [];

    /// <summary>Only leads of which this holds are taken; null: all.</summary>
    public LeadCondition? Filter { get; init; }

    /// <summary>Whether leads are synced also when values were imported; never back to where these came from.</summary>
    public bool AlsoImported { get; init; }

    /// <summary>What is put over the connection's mappings; one for an object at most.</summary>
    public IReadOnlyList<MappingOverride> Overrides { get; init; } = [];

    public string CreateAsFor(LeadState lead) =>
        CreateCases.FirstOrDefault(one => one.When.Holds(lead))?.Object ?? CreateAs;

    public bool Takes(LeadState lead) => Filter is null || Filter.Holds(lead);

    /// <summary>Until when a lead waits before it is synced; null when it need not, <see cref="Never"/> when no time ends it.</summary>
    /// <param name="receivedAt">When the lead's last news came in.</param>
    public DateTimeOffset? WaitsUntil(LeadState lead, DateTimeOffset receivedAt, DateTimeOffset now)
    {
        if (Sync == SyncWhen.EveryCapture)
            return null;
        if (Sync == SyncWhen.Completed && lead.Completed?.Value.ValueKind == JsonValueKind.True)
            return null;
        if (Idle is null)
            return Never;
        return receivedAt + Idle.Value is var until && until > now ? until : null;
    }

    /// <summary>Only another capture ends the wait, or a change of the route.</summary>
    public static readonly DateTimeOffset Never = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Whether another route's terms say the same.</summary>
    public bool SaysTheSameAs(RouteTerms other) =>
        JsonNode.DeepEquals(Write(new JsonObject(), this), Write(new JsonObject(), other));

    public const int MostIdleMinutes = 30 * 24 * 60;
    private const int MostCases = 50;

    /// <summary>The members of a setting that <see cref="Read"/> reads.</summary>
    public static IReadOnlyList<string> Members { get; } =
    ["createAs", "sync", "idleMinutes", "filter", "alsoImported", "mapping"];

    /// <summary>
    /// Reads the members of a route's setting; null when it is not told what is created. What else is wrong with them keeps
    /// them from being saved, not from being checked further.
    /// </summary>
    /// <param name="isStored">Whether it is read from the database.</param>
    public static RouteTerms? Read(SettingReader reader, JsonElement node, string path, bool isStored = false)
    {
        var (createAs, cases) = CreateAsOf(reader, node, path);
        var sync = SyncOf(reader, node, path);
        var idle = IdleOf(reader, node, path, sync);
        var filter = ConditionSetting.Read(reader, node, path, "filter");
        var alsoImported = reader.Flag(node, path, "alsoImported") ?? false;
        var overrides = reader.List(
            node,
            path,
            "mapping",
            (entry, at) => MappingOverride.Read(reader, entry, at, isStored)
        );
        return createAs is null
            ? null
            : new RouteTerms(createAs)
            {
                Sync = sync,
                Idle = idle,
                CreateCases = cases,
                Filter = filter,
                AlsoImported = alsoImported,
                Overrides = overrides,
            };
    }

    // A name, or cases with an else.
    private static (string?, List<CreateCase>) CreateAsOf(SettingReader reader, JsonElement node, string path)
    {
        if (!SettingReader.Has(node, "createAs") || node.GetProperty("createAs").ValueKind != JsonValueKind.Object)
            return (reader.Text(node, path, "createAs"), []);
        var choice = node.GetProperty("createAs");
        var at = SettingReader.Join(path, "createAs");
        if (!reader.IsObject(choice, at, "cases", "else"))
            return (null, []);
        var cases = reader.List(choice, at, "cases", (entry, place) => Case(reader, entry, place));
        if (cases.Count > MostCases)
            reader.Fault(SettingReader.Join(at, "cases"), $"has more than {MostCases} cases", "Use fewer.");
        return (reader.Text(choice, at, "else"), cases);
    }

    private static CreateCase? Case(SettingReader reader, JsonElement node, string path)
    {
        if (!reader.IsObject(node, path, "when", "object"))
            return null;
        if (!SettingReader.Has(node, "when"))
            reader.Fault(
                SettingReader.Join(path, "when"),
                "is missing",
                "Say of which leads, or put the object under else."
            );
        var when = ConditionSetting.Read(reader, node, path, "when");
        var name = reader.Text(node, path, "object");
        return when is null || name is null ? null : new CreateCase(when, name);
    }

    private static SyncWhen SyncOf(SettingReader reader, JsonElement node, string path)
    {
        if (!SettingReader.Has(node, "sync"))
            return SyncWhen.EveryCapture;
        switch (reader.Text(node, path, "sync"))
        {
            case "everyCapture":
                return SyncWhen.EveryCapture;
            case "completed":
                return SyncWhen.Completed;
            case "idle":
                return SyncWhen.Idle;
            case null:
                return SyncWhen.EveryCapture;
            default:
                reader.Fault(
                    SettingReader.Join(path, "sync"),
                    "says not when a lead is synced",
                    "Use everyCapture, completed or idle."
                );
                return SyncWhen.EveryCapture;
        }
    }

    private static TimeSpan? IdleOf(SettingReader reader, JsonElement node, string path, SyncWhen sync)
    {
        var at = SettingReader.Join(path, "idleMinutes");
        if (!SettingReader.Has(node, "idleMinutes"))
        {
            if (sync == SyncWhen.Idle)
                reader.Fault(at, "is missing", "Give the minutes for which nothing must have been captured.");
            return null;
        }
        var value = node.GetProperty("idleMinutes");
        if (
            value.ValueKind != JsonValueKind.Number
            || !value.TryGetInt32(out var minutes)
            || minutes is < 1 or > MostIdleMinutes
        )
            reader.Fault(at, $"is not a whole number from 1 to {MostIdleMinutes}", "Give minutes; 43200 are 30 days.");
        else if (sync == SyncWhen.EveryCapture)
            reader.Fault(at, "stands beside sync: everyCapture, which never waits", "Take it out, or use sync: idle.");
        else
            return TimeSpan.FromMinutes(minutes);
        return null;
    }

    /// <summary>Adds what <see cref="Read"/> reads to a setting.</summary>
    /// <param name="isStored">Whether it is written for the database.</param>
    public static JsonObject Write(JsonObject node, RouteTerms terms, bool isStored = false)
    {
        node["createAs"] =
            terms.CreateCases.Count == 0
                ? terms.CreateAs
                : new JsonObject
                {
                    ["cases"] = new JsonArray([
                        .. terms.CreateCases.Select(one => new JsonObject
                        {
                            ["when"] = ConditionSetting.Write(one.When),
                            ["object"] = one.Object,
                        }),
                    ]),
                    ["else"] = terms.CreateAs,
                };
        if (terms.Sync != SyncWhen.EveryCapture)
            node["sync"] = terms.Sync == SyncWhen.Completed ? "completed" : "idle";
        if (terms.Idle is { } idle)
            node["idleMinutes"] = (int)idle.TotalMinutes;
        if (terms.Filter is not null)
            node["filter"] = ConditionSetting.Write(terms.Filter);
        if (terms.AlsoImported)
            node["alsoImported"] = true;
        if (terms.Overrides.Count > 0)
            node["mapping"] = new JsonArray([.. terms.Overrides.Select(one => one.Write(isStored))]);
        return node;
    }
}
