using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Publishing;

/// <summary>A mapping or a route by its address, as endpoints take it.</summary>
/// <param name="Members">What of the setting the address says.</param>
public sealed record PublishedSetting(SettingKey Key, IReadOnlyList<(string Name, string Value)> Members)
{
    /// <summary>Where mappings are; the second part is the CRM's object.</summary>
    public const string Mappings = "/v1/mappings/{connectionId:guid}/{object}";

    public const string Routes = "/v1/routes/{source}/{connectionId:guid}";

    public static ValueTask<PublishedSetting?> BindAsync(HttpContext context)
    {
        var values = context.Request.RouteValues;
        var connectionId = Guid.Parse((string)values["connectionId"]!);
        if (values["object"] is string name)
            return ValueTask.FromResult<PublishedSetting?>(
                new(SettingKey.Mapping(connectionId, name), [("connection", connectionId.ToString()), ("object", name)])
            );
        var source = (string)values["source"]!;
        return ValueTask.FromResult<PublishedSetting?>(
            new(SettingKey.Route(source, connectionId), [("source", source), ("connection", connectionId.ToString())])
        );
    }
}
