using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Transforms;

namespace LeadSync.Mapping.Fields;

/// <summary>
/// Names of lead fields in settings. A dollar begins those that no source captures, for they are about the lead itself.
/// </summary>
public static class LeadFields
{
    /// <summary>The source's name.</summary>
    public const string Source = "$source";

    /// <summary>The source's own id of the lead.</summary>
    public const string LeadId = "$leadId";

    /// <summary>The instant of the earliest capture.</summary>
    public const string FirstCapturedAt = "$firstCapturedAt";

    /// <summary>The instant of the newest capture.</summary>
    public const string LastCapturedAt = "$lastCapturedAt";

    /// <summary>True once the source regards the lead as complete; nothing while it has not said.</summary>
    public const string Completed = "$completed";

    /// <summary>All turns as text; alone in <c>from</c>, never in a template.</summary>
    public const string Conversation = "$conversation";

    public static IReadOnlyList<string> OfTheLead { get; } =
    [Source, LeadId, FirstCapturedAt, LastCapturedAt, Completed, Conversation];

    /// <summary>Reads a name; null and a fault where it is none.</summary>
    public static string? Read(SettingReader reader, JsonElement node, string path)
    {
        if (node.ValueKind != JsonValueKind.String || node.GetString() is not { Length: > 0 } name)
        {
            reader.Fault(path, "is not a text", "Give a lead field's name, in quotes where it looks like a number.");
            return null;
        }
        if (Fault(name) is not var (reason, fix))
            return name;
        reader.Fault(path, reason, fix);
        return null;
    }

    /// <summary>Why a name is none; null when it is one.</summary>
    public static (string Reason, string Fix)? Fault(string name)
    {
        if (name.Length > CaptureReader.MaxFieldNameLength)
            return (
                $"is longer than {CaptureReader.MaxFieldNameLength} characters, as no lead field's name is",
                "Use the field's name as the source sends it."
            );
        return name[0] == '$' && !OfTheLead.Contains(name, StringComparer.Ordinal)
            ? (
                $"begins with a dollar and is none of what is known of a lead itself ({name})",
                $"Use one of {string.Join(", ", OfTheLead)}, or a lead field as the source sends it."
            )
            : null;
    }

    /// <summary>What a field's value is, as far as that is known before there is one.</summary>
    public static ContentKind? Kind(string name) =>
        name switch
        {
            Source or LeadId or Conversation => ContentKind.Text,
            FirstCapturedAt or LastCapturedAt => ContentKind.Instant,
            Completed => ContentKind.Boolean,
            _ => null,
        };
}
