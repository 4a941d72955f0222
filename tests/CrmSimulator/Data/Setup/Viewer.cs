using System.Collections.Concurrent;

namespace LeadSync.CrmSimulator.Data;

/// <summary>
/// An org as one user sees it: objects and fields without those that are hidden from them, and which records are theirs
/// to see and edit. Made anew when the org or its set-up changes.
/// </summary>
internal sealed class Viewer
{
    private readonly IReadOnlyList<PermissionSet> sets;
    private readonly ConcurrentDictionary<string, SObject?> seen = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> queues;
    private readonly bool isSystem;

    public Viewer(Org org, string userId)
    {
        (Org, UserId) = (org, userId);
        var number = (int)RecordId.NumberOf(userId) - 1;
        var user = number < org.Setup.Users.Count ? org.Setup.Users[number] : null;
        sets = user is null
            ? []
            :
            [
                .. org.Setup.PermissionSets.Where(set =>
                    set.Name == user.Profile || user.PermissionSets?.Contains(set.Name, StringComparer.Ordinal) == true
                ),
            ];
        queues =
        [
            .. org
                .Setup.Queues.Index()
                .Where(one =>
                    one.Item.Members?.Contains(user?.Username ?? "", StringComparer.OrdinalIgnoreCase) == true
                )
                .Select(one => RecordId.Make("00G", org.Pod, one.Index + 1)),
        ];
    }

    private Viewer(Org org)
    {
        (Org, UserId, sets, queues, isSystem) = (org, "", [], [], true);
    }

    /// <summary>Sees every object, record and field, as rules of the org do.</summary>
    public static Viewer System(Org org) => new(org);

    public Org Org { get; }
    public string UserId { get; }
    public bool ApiEnabled => sets.Any(set => set.ApiEnabled);
    public bool ViewsSetup => sets.Any(set => set.ViewSetup);
    public bool ViewsAllData => isSystem || sets.Any(set => set.ViewAllData || set.ModifyAllData);
    public bool ModifiesAllData => isSystem || sets.Any(set => set.ModifyAllData);
    public bool ApprovesUninstalledApps => sets.Any(set => set.ApproveUninstalledApps);

    public IEnumerable<SObject> Objects => Org.Objects.Select(type => FindObject(type.Name)).OfType<SObject>();

    /// <summary>An object with the fields this user sees; null when the user may not read it at all.</summary>
    public SObject? FindObject(string name) => seen.GetOrAdd(name, Look);

    /// <summary>Whether a record is this user's to read, by its owner and the org's sharing.</summary>
    public bool Sees(Record record) =>
        Shares(record, SharingModel.Private, access => access.ViewAll || access.ModifyAll);

    public bool MayEdit(Record record) => Shares(record, SharingModel.Read, access => access.ModifyAll);

    /// <param name="closed">The model from which on other people's records are closed.</param>
    private bool Shares(Record record, SharingModel closed, Func<ObjectAccess, bool> opens)
    {
        if (Org.Setup.Sharing.GetValueOrDefault(record.Type) < closed)
            return true;
        if (closed == SharingModel.Private ? ViewsAllData : ModifiesAllData)
            return true;
        return record["OwnerId"] is not string owner
            || owner == UserId
            || queues.Contains(owner)
            || opens(AccessTo(record.Type));
    }

    private ObjectAccess AccessTo(string objectName) =>
        sets.Select(set => set.Of(objectName)).Aggregate(ObjectAccess.None, (all, one) => all.With(one));

    private SObject? Look(string name)
    {
        if (Org.FindObject(name) is not { } type)
            return null;
        if (isSystem)
            return type.As(field => field with { Access = FieldAccess.Edit }, create: true, update: true, delete: true);
        if (!type.Writeable)
            return type;
        var access = AccessTo(type.Name);
        return access.Read
            ? type.As(field => field with { Access = AccessTo(type, field) }, access.Create, access.Edit, access.Delete)
            : null;
    }

    /// <summary>The most that any set with access to the object gives, but never more than the org does.</summary>
    private FieldAccess AccessTo(SObject type, Field field)
    {
        if (!field.Permissionable)
            return field.Access;
        var given = sets.Where(set => set.Of(type.Name).Read).Min(set => set.Of(type.Name, field.Name));
        return given > field.Access ? given : field.Access;
    }
}
