namespace LeadSync.Mapping.Sources;

/// <summary>What a lead field holds.</summary>
public enum FieldType
{
    Text,
    LongText,
    Number,
    Date,
    DateTime,
    Boolean,
    Choice,
    MultiChoice,
    Email,
    Phone,
    Url,

    /// <summary>The lead's conversations; made of its turns, never captured as a value.</summary>
    Conversation,
}

/// <summary>A field of a source's leads.</summary>
/// <param name="Name">As captures name it.</param>
/// <param name="Label">As people call it.</param>
/// <param name="Role">What it means for everybody, one of <see cref="StandardFields.Roles"/>; null: nothing in particular.</param>
/// <param name="Values">Of a choice: those that are known.</param>
public sealed record LeadField(string Name, FieldType Type, string Label, string? Role, IReadOnlyList<string> Values)
{
    public bool SaysTheSameAs(LeadField other) =>
        (Name, Type, Label, Role) == (other.Name, other.Type, other.Label, other.Role)
        && Values.SequenceEqual(other.Values, StringComparer.Ordinal);
}

/// <summary>Fields that every source has without declaring them.</summary>
public static class StandardFields
{
    /// <summary>The role of the field that a lead is matched by.</summary>
    public const string EmailRole = "email";

    /// <summary>The role of the field that tells where the person works.</summary>
    public const string CompanyRole = "company";

    /// <summary>The role of the field that holds the person's or the company's website.</summary>
    public const string WebsiteRole = "website";

    public static IReadOnlyList<LeadField> All { get; } =
    [
        Of("email", FieldType.Email, "Email", EmailRole),
        Of("firstName", FieldType.Text, "First name", "firstName"),
        Of("lastName", FieldType.Text, "Last name", "lastName"),
        Of("fullName", FieldType.Text, "Full name", "fullName"),
        Of("company", FieldType.Text, "Company", CompanyRole),
        Of("title", FieldType.Text, "Title", "title"),
        Of("phone", FieldType.Phone, "Phone", "phone"),
        Of("mobilePhone", FieldType.Phone, "Mobile phone", "mobilePhone"),
        Of("website", FieldType.Url, "Website", WebsiteRole),
        Of("street", FieldType.LongText, "Street", "street"),
        Of("city", FieldType.Text, "City", "city"),
        Of("state", FieldType.Text, "State", "state"),
        Of("postalCode", FieldType.Text, "Postal code", "postalCode"),
        Of("country", FieldType.Text, "Country", "country"),
        Of("language", FieldType.Text, "Language", "language"),
        Of("timeZone", FieldType.Text, "Time zone", "timeZone"),
        Of("utm_source", FieldType.Text, "UTM source"),
        Of("utm_medium", FieldType.Text, "UTM medium"),
        Of("utm_campaign", FieldType.Text, "UTM campaign"),
        Of("utm_term", FieldType.Text, "UTM term"),
        Of("utm_content", FieldType.Text, "UTM content"),
        Of("gclid", FieldType.Text, "Google click id"),
        Of("fbclid", FieldType.Text, "Meta click id"),
        Of("msclkid", FieldType.Text, "Microsoft click id"),
        Of("li_fat_id", FieldType.Text, "LinkedIn click id"),
        Of("ttclid", FieldType.Text, "TikTok click id"),
        Of("landingPage", FieldType.Url, "Landing page"),
        Of("referrer", FieldType.Url, "Referrer"),
        Of("consent", FieldType.Boolean, "Consent", "consent"),
        Of("consentAt", FieldType.DateTime, "Consent given at", "consentAt"),
        Of("consentText", FieldType.LongText, "Wording of the consent", "consentText"),
        Of("$conversation", FieldType.Conversation, "Conversation"),
    ];

    public static IReadOnlyList<string> Roles { get; } = [.. All.Select(field => field.Role).OfType<string>()];

    private static LeadField Of(string name, FieldType type, string label, string? role = null) =>
        new(name, type, label, role, []);
}

/// <summary>The fields of a source: its own, and of the standard ones those that it does not declare otherwise.</summary>
public sealed class SourceModel
{
    public static readonly SourceModel Standard = new([]);

    private readonly Dictionary<string, LeadField> _fields;

    /// <param name="own">Those that the source declares.</param>
    public SourceModel(IReadOnlyList<LeadField> own)
    {
        Own = own;
        var roles = own.Select(field => field.Role).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var names = own.Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        Fields =
        [
            .. own,
            // A role belongs to one field.
            .. StandardFields
                .All.Where(field => !names.Contains(field.Name))
                .Select(field => field.Role is { } role && roles.Contains(role) ? field with { Role = null } : field),
        ];
        _fields = Fields.ToDictionary(field => field.Name, StringComparer.Ordinal);
        EmailField = FieldOf(StandardFields.EmailRole);
        CompanyField = FieldOf(StandardFields.CompanyRole);
        WebsiteField = FieldOf(StandardFields.WebsiteRole);

        string? FieldOf(string role) => Fields.FirstOrDefault(field => field.Role == role)?.Name;
    }

    public IReadOnlyList<LeadField> Own { get; }
    public IReadOnlyList<LeadField> Fields { get; }

    /// <summary>The field that leads are matched by; null when the source took that role from every field.</summary>
    public string? EmailField { get; }

    /// <summary>The field that tells where the person works; null likewise.</summary>
    public string? CompanyField { get; }

    /// <summary>The field that holds the website; null likewise.</summary>
    public string? WebsiteField { get; }

    public LeadField? Find(string name) => _fields.GetValueOrDefault(name);
}
