namespace LeadSync.CrmSimulator.Data.Objects;

/// <summary>The vocabulary in which the tables of standard fields are written.</summary>
internal static class Define
{
    public static Field Text(string name, string label, int length) =>
        new(name, label, FieldType.String) { Length = length };

    public static Field Area(string name, string label, int length) =>
        new(name, label, FieldType.TextArea) { Length = length };

    public static Field Phone(string name, string label) => new(name, label, FieldType.Phone) { Length = 40 };

    public static Field Url(string name, string label) => new(name, label, FieldType.Url) { Length = 255 };

    public static Field Email(string name, string label, int length) =>
        new(name, label, FieldType.Email) { Length = length };

    public static Field Pick(string name, string label, int length, params IEnumerable<string> values) =>
        new(name, label, FieldType.Picklist)
        {
            Length = length,
            Values = [.. values.Select(v => new PicklistValue(v))],
        };

    public static Field Flag(string name, string label) =>
        new(name, label, FieldType.Boolean)
        {
            Nillable = false,
            DefaultedOnCreate = true,
            Default = false,
        };

    public static Field Whole(string name, string label, int digits) =>
        new(name, label, FieldType.Int) { Digits = digits };

    public static Field Money(string name, string label) =>
        new(name, label, FieldType.Currency) { Precision = 18, Scale = 0 };

    public static Field Coordinate(string name, string label) =>
        new(name, label, FieldType.Double) { Precision = 18, Scale = 15 };

    public static Field Day(string name, string label) => new(name, label, FieldType.Date);

    public static Field Instant(string name, string label) => new(name, label, FieldType.DateTime);

    public static Field Reference(string name, string label, params string[] to) =>
        new(name, label, FieldType.Reference) { Length = 18, ReferenceTo = to };

    public static Field Address(string name, string label) => new Field(name, label, FieldType.Address).ReadOnly();

    public static Field Required(this Field field) => field with { Nillable = false };

    public static Field ReadOnly(this Field field) => field with { Createable = false, Updateable = false };

    public static Field In(this Field field, string compound) => field with { PartOf = compound };

    public static Field Named(this Field field) => field with { NameField = true };

    public static Field Restricted(this Field field) => field with { Restricted = true };

    public static Field Hidden(this Field field) => field with { Access = FieldAccess.Hidden };

    /// <summary>Filled by the CRM when the caller leaves it out, and never empty.</summary>
    public static Field Defaulted(this Field field) => field with { Nillable = false, DefaultedOnCreate = true };

    public static Field Id(string label) =>
        new Field("Id", label, FieldType.Id)
        {
            Length = 18,
            Nillable = false,
            DefaultedOnCreate = true,
            IdLookup = true,
        }.ReadOnly();

    public static IEnumerable<Field> Trash(string ofObject) =>
        [Flag("IsDeleted", "Deleted").ReadOnly(), Reference("MasterRecordId", "Master Record ID", ofObject).ReadOnly()];

    /// <summary>The fields in which the CRM itself notes who made and changed a record, and when.</summary>
    public static IEnumerable<Field> Stamps() =>
        [
            Instant("CreatedDate", "Created Date").ReadOnly().Defaulted(),
            Reference("CreatedById", "Created By ID", "User").ReadOnly().Defaulted(),
            Instant("LastModifiedDate", "Last Modified Date").ReadOnly().Defaulted(),
            Reference("LastModifiedById", "Last Modified By ID", "User").ReadOnly().Defaulted(),
            Instant("SystemModstamp", "System Modstamp").ReadOnly().Defaulted(),
        ];

    public static IEnumerable<Field> Visits() =>
        [
            Day("LastActivityDate", "Last Activity").ReadOnly(),
            Instant("LastViewedDate", "Last Viewed Date").ReadOnly(),
            Instant("LastReferencedDate", "Last Referenced Date").ReadOnly(),
        ];

    /// <summary>The parts of an address and the compound that joins them; names and labels get a prefix, as Mailing.</summary>
    public static IEnumerable<Field> AddressParts(string prefix)
    {
        var compound = $"{prefix}Address";
        var label = prefix.Length == 0 ? "" : $"{prefix} ";
        return
        [
            Area($"{prefix}Street", $"{label}Street", 255).In(compound),
            Text($"{prefix}City", $"{label}City", 40).In(compound),
            Text($"{prefix}State", $"{label}State/Province", 80).In(compound),
            Text($"{prefix}PostalCode", $"{label}Zip/Postal Code", 20).In(compound),
            Text($"{prefix}Country", $"{label}Country", 80).In(compound),
            Coordinate($"{prefix}Latitude", $"{label}Latitude").In(compound),
            Coordinate($"{prefix}Longitude", $"{label}Longitude").In(compound),
            Pick($"{prefix}GeocodeAccuracy", $"{label}Geocode Accuracy", 40, ValueSets.GeocodeAccuracy)
                .Restricted()
                .In(compound),
            Address(compound, $"{label}Address"),
        ];
    }
}
