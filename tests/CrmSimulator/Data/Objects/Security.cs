using static LeadSync.CrmSimulator.Data.Objects.Define;

namespace LeadSync.CrmSimulator.Data.Objects;

/// <summary>Objects in which an org tells who may do what.</summary>
internal static class Security
{
    public static SObject Profile() =>
        Read("Profile", "Profile", "00e", [Text("Name", "Name", 255).Named(), .. Switches()]);

    public static SObject PermissionSet() =>
        Read(
            "PermissionSet",
            "Permission Set",
            "0PS",
            [
                Text("Name", "Permission Set Name", 80),
                Text("Label", "Permission Set Label", 80).Named(),
                Flag("IsOwnedByProfile", "Is Owned By Profile"),
                Reference("ProfileId", "Profile ID", "Profile"),
                .. Switches(),
            ]
        );

    public static SObject Assignment() =>
        Read(
            "PermissionSetAssignment",
            "Permission Set Assignment",
            "0Pa",
            [
                Reference("PermissionSetId", "PermissionSet ID", "PermissionSet"),
                Reference("AssigneeId", "Assignee ID", "User"),
            ]
        );

    public static SObject ObjectPermissions() =>
        Read(
            "ObjectPermissions",
            "Object Permissions",
            "110",
            [
                Reference("ParentId", "Parent ID", "PermissionSet"),
                Text("SobjectType", "Sobject Type Name", 40),
                Flag("PermissionsRead", "Read Records"),
                Flag("PermissionsCreate", "Create Records"),
                Flag("PermissionsEdit", "Edit Records"),
                Flag("PermissionsDelete", "Delete Records"),
                Flag("PermissionsViewAllRecords", "Read All Records"),
                Flag("PermissionsModifyAllRecords", "Edit All Records"),
            ]
        );

    public static SObject FieldPermissions() =>
        Read(
            "FieldPermissions",
            "Field Permissions",
            "01k",
            [
                Reference("ParentId", "Parent ID", "PermissionSet"),
                Text("SobjectType", "Sobject Type Name", 40),
                Text("Field", "Field Name", 160),
                Flag("PermissionsRead", "Read Field"),
                Flag("PermissionsEdit", "Edit Field"),
            ]
        );

    private static IEnumerable<Field> Switches() =>
        [
            Flag("PermissionsApiEnabled", "API Enabled"),
            Flag("PermissionsViewSetup", "View Setup and Configuration"),
            Flag("PermissionsViewAllData", "View All Data"),
            Flag("PermissionsModifyAllData", "Modify All Data"),
        ];

    private static SObject Read(string name, string label, string prefix, IEnumerable<Field> fields) =>
        new(
            name,
            label,
            $"{label}s",
            prefix,
            [Id($"{label} ID"), .. fields.Select(field => field.ReadOnly()), .. Stamps()]
        )
        {
            Writeable = false,
        };
}
