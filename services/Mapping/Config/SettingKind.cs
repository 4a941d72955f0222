using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.Importing;
using LeadSync.Mapping.Routes;
using LeadSync.Mapping.Sources;

namespace LeadSync.Mapping.Config;

/// <summary>A part of a setting's address, which is a member of the setting too.</summary>
/// <param name="Parameter">As the path has it; <c>connectionId</c> is a connection's id.</param>
/// <param name="Member">As the setting has it.</param>
public sealed record AddressPart(string Parameter, string Member)
{
    public static readonly AddressPart Connection = new("connectionId", "connection");
    public static readonly AddressPart Object = new("object", "object");

    /// <summary>As a route template has it.</summary>
    public string Template => this == Connection ? $"{{{Parameter}:guid}}" : $"{{{Parameter}}}";
}

/// <summary>
/// What is different between the kinds of settings: their address, and how one is read and shown. What can be done with them
/// is the same for all: <see cref="SettingsApi"/>, and drafts and versions in Publishing.
/// </summary>
/// <param name="Name">As <see cref="SettingKey.Kind"/> has it.</param>
/// <param name="Title">As people say it.</param>
/// <param name="Path">Where they are.</param>
/// <param name="Parts">Of the address of one, below <paramref name="Path"/>.</param>
public sealed record SettingKind(string Name, string Title, string Path, IReadOnlyList<AddressPart> Parts)
{
    public static IReadOnlyList<SettingKind> All { get; } =
    [SourceSetting.Kind, MappingSetting.Kind, RouteSetting.Kind, PullSetting.Kind];

    /// <summary>Those with drafts and versions, and which can be removed. A source is only switched off, for its leads stay.</summary>
    public static IReadOnlyList<SettingKind> Published { get; } = [.. All.Where(kind => kind.IsPublished)];

    public bool IsPublished { get; init; } = true;

    /// <summary>Of what its API shows.</summary>
    public Type View { get; init; } = typeof(JsonObject);

    /// <summary>Reads one, as a document that holds nothing else; empty when it is not told what it is.</summary>
    public required Func<SettingReader, JsonElement, ConfigDocument> Read { get; init; }

    /// <summary>Those that somebody made.</summary>
    public required Func<StoredSettings, IEnumerable<ShownSetting>> Shown { get; init; }

    /// <summary>Where one is, as a route template.</summary>
    public string Address => $"{Path}/{string.Join('/', Parts.Select(part => part.Template))}";

    public static SettingKind Of(SettingKey key) => All.First(kind => kind.Name == key.Kind);
}

/// <summary>A setting by its address, as endpoints take it; the endpoint's metadata says of which kind.</summary>
/// <param name="Members">What of the setting the address says.</param>
public sealed record AddressedSetting(
    SettingKind Kind,
    SettingKey Key,
    IReadOnlyList<(string Name, string Value)> Members
)
{
    public static ValueTask<AddressedSetting?> BindAsync(HttpContext context)
    {
        var kind = context.GetEndpoint()!.Metadata.GetRequiredMetadata<SettingKind>();
        Guid? connectionId = null;
        var members = new List<(string, string Value)>();
        foreach (var part in kind.Parts)
        {
            var value = (string)context.Request.RouteValues[part.Parameter]!;
            if (part == AddressPart.Connection)
            {
                connectionId = Guid.Parse(value);
                value = connectionId.Value.ToString();
            }
            members.Add((part.Member, value));
        }
        var name = string.Join('/', members.Select(member => member.Value));
        return ValueTask.FromResult<AddressedSetting?>(
            new(kind, new SettingKey(kind.Name, name, connectionId), members)
        );
    }
}
