namespace LeadSync.CrmSimulator.Data;

/// <summary>A profile or a permission set.</summary>
public sealed record PermissionSet
{
    /// <summary>May do everything.</summary>
    public static readonly PermissionSet Administrator = new()
    {
        Name = "System Administrator",
        IsProfile = true,
        ApiEnabled = true,
        ViewSetup = true,
        ViewAllData = true,
        ModifyAllData = true,
        ApproveUninstalledApps = true,
        EveryObject = true,
    };

    public required string Name { get; init; }
    public bool IsProfile { get; init; }

    /// <summary>Without it every call is refused with API_CURRENTLY_DISABLED.</summary>
    public bool ApiEnabled { get; init; }

    /// <summary>May read the org's limits.</summary>
    public bool ViewSetup { get; init; }
    public bool ViewAllData { get; init; }
    public bool ModifyAllData { get; init; }

    /// <summary>May approve connected apps that are not installed.</summary>
    public bool ApproveUninstalledApps { get; init; }

    /// <summary>Read, create, edit and delete every object, with every field.</summary>
    public bool EveryObject { get; init; }

    /// <summary>By object; one that is not named is not accessible.</summary>
    public IReadOnlyDictionary<string, ObjectAccess> Objects { get; init; } =
        new Dictionary<string, ObjectAccess>(StringComparer.Ordinal);

    /// <summary>Field-level security by Object.Field.</summary>
    public IReadOnlyDictionary<string, FieldAccess> Fields { get; init; } =
        new Dictionary<string, FieldAccess>(StringComparer.Ordinal);

    /// <summary>Of the fields that are not named.</summary>
    public FieldAccess OtherFields { get; init; }

    internal ObjectAccess Of(string objectName) =>
        EveryObject
            ? new(Create: true, Edit: true, Delete: true, ViewAllData, ModifyAllData)
            : Objects.GetValueOrDefault(objectName, ObjectAccess.None);

    internal FieldAccess Of(string objectName, string field) =>
        Fields.GetValueOrDefault($"{objectName}.{field}", OtherFields);
}

/// <summary>What may be done with an object's records.</summary>
public sealed record ObjectAccess(
    bool Create = false,
    bool Edit = false,
    bool Delete = false,
    bool ViewAll = false,
    bool ModifyAll = false,
    bool Read = true
)
{
    internal static readonly ObjectAccess None = new(Read: false);

    internal ObjectAccess With(ObjectAccess other) =>
        new(
            Create || other.Create,
            Edit || other.Edit,
            Delete || other.Delete,
            ViewAll || other.ViewAll,
            ModifyAll || other.ModifyAll,
            Read || other.Read
        );
}
