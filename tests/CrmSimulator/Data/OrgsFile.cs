using System.Text.Json;
using System.Text.Json.Serialization;
using LeadSync.CrmSimulator.Oauth;

namespace LeadSync.CrmSimulator.Data;

/// <summary>
/// What orgs are beside their records, kept in a file that is replaced whole at each change: apps, grants, settings,
/// custom fields, hidden fields, ended sessions.
/// </summary>
internal sealed class OrgsFile(string path, Orgs orgs)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly Lock gate = new();

    /// <summary>False when there is no file yet.</summary>
    public bool Load()
    {
        if (!File.Exists(path))
            return false;
        var kept = JsonSerializer.Deserialize<List<KeptOrg>>(File.ReadAllBytes(path), Format)!;
        foreach (var one in kept)
        {
            var org = orgs.Restore(one.Identity);
            org.Settings = one.Settings;
            if (one.Setup is not null)
                org.PutSetup(one.Setup);
            org.RestoreLocks(one.Locked ?? []);
            org.Sessions.ExpiredUntil = one.SessionsExpiredUntil;
            if (one.Apps is { Count: > 0 } apps)
                org.RestoreApps(apps);
            foreach (var grant in one.Grants ?? [])
                org.Grants.Restore(grant);
            foreach (var (objectName, fields) in one.CustomFields)
            {
                foreach (var field in fields)
                    org.Hold(org.Require(objectName).With(field.ToField()));
            }

            foreach (var (objectName, accesses) in one.Access)
            {
                foreach (var (name, access) in accesses)
                {
                    var type = org.Require(objectName);
                    // A field of a feature that is off is not there.
                    if (type.FindEvenHidden(name) is { } field && field.Access != access)
                        org.Hold(type.With(field with { Access = access }));
                }
            }

            // Once more, now that its fields are there: the rows of its permissions tell of them.
            org.PutSetup(org.Setup);
        }

        return true;
    }

    public void Save()
    {
        lock (gate)
        {
            var kept = orgs.All.Select(Keep).ToList();
            var next = $"{path}.next";
            File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(kept, Format));
            File.Move(next, path, overwrite: true);
        }
    }

    private static KeptOrg Keep(Org org)
    {
        lock (org.Gate)
        {
            return new(
                org.Identity,
                org.Settings,
                org.Sessions.ExpiredUntil,
                org.Objects.ToDictionary(
                    type => type.Name,
                    type => type.Fields.Where(field => field.Custom).Select(CustomField.Of).ToList(),
                    StringComparer.Ordinal
                ),
                org.Objects.ToDictionary(
                    type => type.Name,
                    type =>
                        type.Fields.ToDictionary(field => field.Name, field => field.Access, StringComparer.Ordinal),
                    StringComparer.Ordinal
                ),
                org.Apps,
                org.Grants.All,
                org.Setup,
                [.. org.Locked]
            );
        }
    }

    private sealed record KeptOrg(
        OrgIdentity Identity,
        OrgSettings Settings,
        DateTimeOffset SessionsExpiredUntil,
        Dictionary<string, List<CustomField>> CustomFields,
        Dictionary<string, Dictionary<string, FieldAccess>> Access,
        IReadOnlyList<App>? Apps = null,
        IReadOnlyList<Grant>? Grants = null,
        OrgSetup? Setup = null,
        IReadOnlyCollection<string>? Locked = null
    );
}
