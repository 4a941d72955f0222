using System.Text.Json;
using LeadSync.Connector.Budget;
using LeadSync.Contracts;
using LeadSync.Crm;

namespace LeadSync.Connector.Preflight;

/// <summary>What was read of an org for a preflight, and what it is wanted for. Read once; the checks only look.</summary>
public sealed record OrgFacts
{
    public required PreflightRequest Wanted { get; init; }

    /// <summary>The connection may write; otherwise reading is enough.</summary>
    public required bool Writes { get; init; }

    /// <summary>The user we act as.</summary>
    public required string UserId { get; init; }

    public required IReadOnlyDictionary<string, Fact<DescribedOrgObject>> Objects { get; init; }
    public required Fact<IReadOnlyList<JsonElement>> Organization { get; init; }
    public required Fact<IReadOnlyList<JsonElement>> DefaultAccess { get; init; }
    public required Fact<IReadOnlyList<JsonElement>> User { get; init; }

    /// <summary>The permission sets of the user, the profile's own among them.</summary>
    public required Fact<IReadOnlyList<JsonElement>> PermissionSets { get; init; }

    /// <summary>What these give on Lead and Contact.</summary>
    public required Fact<IReadOnlyList<JsonElement>> ObjectPermissions { get; init; }

    public required Fact<IReadOnlyList<JsonElement>> LeadStatuses { get; init; }

    /// <summary>Active ones for leads.</summary>
    public required Fact<IReadOnlyList<JsonElement>> AssignmentRules { get; init; }

    /// <summary>Queues that may own leads.</summary>
    public required Fact<IReadOnlyList<JsonElement>> LeadQueues { get; init; }

    /// <summary>Active ones.</summary>
    public required Fact<IReadOnlyList<JsonElement>> DuplicateRules { get; init; }

    public required Fact<IReadOnlyList<JsonElement>> MatchingRules { get; init; }

    /// <summary>Null when nothing has been read of the org's usage yet.</summary>
    public required BudgetShown? Budget { get; init; }

    /// <summary>The objects that are created, with their fields as mapped.</summary>
    public IEnumerable<PreflightObject> Created =>
        Writes ? Wanted.Objects.Where(mapped => Wanted.Rules.Creates.Contains(mapped.Object, Names)) : [];

    /// <summary>Whether new leads are made.</summary>
    public bool CreatesLeads => Writes && Wanted.Rules.Creates.Contains("Lead", Names);

    /// <summary>The object as the user sees it; null when the user does not, or it could not be read.</summary>
    public DescribedOrgObject? Find(string objectName) =>
        Objects.TryGetValue(objectName, out var fact) ? fact.Value : null;

    public static StringComparer Names => StringComparer.OrdinalIgnoreCase;
}

/// <summary>Something that was asked of the org: what it is, or why it cannot be told.</summary>
public sealed record Fact<T>(T? Value, CrmFailure? Failure)
    where T : class;

/// <summary>An object with what a preflight needs beside its fields.</summary>
/// <param name="RecordTypes">Names of the record types that the user may use, but for the one that every object has.</param>
public sealed record DescribedOrgObject(ObjectSchema Schema, IReadOnlyList<string> RecordTypes)
{
    public FieldSchema? Field(string name) =>
        Schema.Fields.FirstOrDefault(field => OrgFacts.Names.Equals(field.Name, name));
}

/// <summary>Reading rows of set-up objects: what is absent or hidden is null.</summary>
internal static class SetupRow
{
    /// <param name="path">With points for related rows: <c>Profile.Name</c>.</param>
    public static string? Text(this JsonElement row, string path) =>
        Member(row, path) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static bool Flag(this JsonElement row, string path) => Member(row, path)?.ValueKind == JsonValueKind.True;

    private static JsonElement? Member(JsonElement row, string path)
    {
        var at = row;
        foreach (var name in path.Split('.'))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
                return null;
        }
        return at;
    }
}
