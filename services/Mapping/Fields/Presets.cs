using LeadSync.Contracts;
using LeadSync.Mapping.Transforms;

namespace LeadSync.Mapping.Fields;

/// <summary>Entries that are offered for an object, and never set by themselves.</summary>
/// <param name="About">What they do for whom.</param>
/// <param name="Entries">None where the org lacks what they need.</param>
/// <param name="Needs">What the org lacks, and how to add it; null where nothing is lacking.</param>
public sealed record Preset(string Name, string About, IReadOnlyList<MappingEntry> Entries, string? Needs = null);

/// <summary>Pure: the presets for an object, by what its schema has.</summary>
public static class Presets
{
    // As CRMs name them (Salesforce, HubSpot), and the lead field of each.
    private static readonly IReadOnlyList<(string[] Names, string From, WriteRule Rule)> Standard =
    [
        (["FirstName", "firstname"], "firstName", WriteRule.Overwrite),
        (["LastName", "lastname"], "lastName", WriteRule.Overwrite),
        (["Email", "email"], "email", WriteRule.Overwrite),
        (["Company", "company"], "company", WriteRule.Overwrite),
        (["Title", "jobtitle"], "title", WriteRule.OnlyWhenEmpty),
        (["Phone", "phone"], "phone", WriteRule.OnlyWhenEmpty),
        (["Website", "website"], "website", WriteRule.OnlyWhenEmpty),
        (["LeadSource"], "leadSource", WriteRule.OnlyWhenEmpty),
    ];

    public static IReadOnlyList<Preset> For(CrmSchema schema) =>
        [
            StandardFields(schema),
            StatusDefault(schema),
            CompanyNotProvided(schema),
            Tracking(
                schema,
                "leadSourceDetail",
                "Which campaign brought the person: the utm fields of a capture, where the CRM says nothing yet.",
                "Lead Source Detail",
                field => Templated(field, "{utm_source} / {utm_medium} / {utm_campaign}", WriteRule.OnlyWhenEmpty)
            ),
            Tracking(
                schema,
                "originalSource",
                "The source that brought the person first: written when the record is created, and never again.",
                "Original Source",
                field => From(field, LeadFields.Source, WriteRule.OnlyOnCreate)
            ),
            Tracking(
                schema,
                "syncSource",
                "That the record is kept up by LeadSync.",
                "Sync Source",
                field => Constant(field, "LeadSync", WriteRule.Overwrite)
            ),
            ExternalPersonId(schema),
        ];

    private static Preset StandardFields(CrmSchema schema) =>
        new(
            "standardFields",
            "Name, email, company, title, phone, website and lead source, from the fields that every source has.",
            [
                .. Standard
                    .Select(standard => (Field: Writable(schema, standard.Names), standard.From, standard.Rule))
                    .Where(standard => standard.Field is not null)
                    .Select(standard =>
                        From(standard.Field!, standard.From, standard.Rule) with
                        {
                            Transforms = standard.Field!.Type is "string" or "textarea"
                                ? [new CollapseSpaces(), new Truncate(null)]
                                : [new TrimSpaces()],
                        }
                    ),
            ]
        );

    // The org's own default; where it names none, the first of its list.
    private static Preset StatusDefault(CrmSchema schema)
    {
        const string name = "statusDefault";
        const string about = "The status that a new record begins with; never touched afterwards.";
        return
            Writable(schema, "Status") is { Type: "picklist" } status
            && (status.DefaultValue ?? (status.PicklistValues.Count > 0 ? status.PicklistValues[0] : null)) is { } first
            ? new Preset(name, about, [Constant(status, first, WriteRule.OnlyOnCreate)])
            : new Preset(name, about, [], $"{schema.Object} has no picklist named Status.");
    }

    private static Preset CompanyNotProvided(CrmSchema schema)
    {
        const string name = "companyNotProvided";
        const string about =
            "\"[not provided]\" as the company of a person who gave none, so that the record can be created; never over a real one.";
        return Writable(schema, "Company", "company") is { RequiredOnCreate: true } company
            ? new Preset(
                name,
                about,
                [
                    From(company, "company", WriteRule.Overwrite) with
                    {
                        Transforms = [new CollapseSpaces(), new Truncate(null)],
                        Default = Contents.Of("[not provided]"),
                        DefaultRule = WriteRule.OnlyOnCreate,
                    },
                ]
            )
            : new Preset(name, about, [], $"{schema.Object} does not ask for a company.");
    }

    private static Preset ExternalPersonId(CrmSchema schema)
    {
        const string name = "externalPersonId";
        const string about = "The source's own id of the person, to find the record by.";
        return
            schema.Fields.FirstOrDefault(field =>
                field is { ExternalId: true, Type: "string", Createable: true, Updateable: true }
            )
                is { } field
            ? new Preset(name, about, [Templated(field, "{$source}:{$leadId}", WriteRule.OnlyWhenEmpty)])
            : new Preset(
                name,
                about,
                [],
                $"Add a text field of 255 characters to {schema.Object} in the CRM, marked as external id and unique."
            );
    }

    private static Preset Tracking(
        CrmSchema schema,
        string name,
        string about,
        string label,
        Func<CrmField, MappingEntry> entry
    ) =>
        schema.Fields.FirstOrDefault(field => field.Createable && IsNamed(field, label) && IsText(field)) is { } found
            ? new Preset(name, about, [entry(found)])
            : new Preset(
                name,
                about,
                [],
                $"Add a text field named {label} to {schema.Object} in the CRM, and give the connected user access to it."
            );

    private static bool IsText(CrmField field) =>
        field.Type is "string" or "textarea" || field is { Type: "picklist", RestrictedPicklist: false };

    // Orig_Source__c, OriginalSource__c and the label "Original source" are meant alike.
    private static bool IsNamed(CrmField field, string label) =>
        Plain(field.Name) == Plain(label) || Plain(field.Label) == Plain(label);

    private static string Plain(string name) =>
        new(
            (name.EndsWith("__c", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name)
                .Where(char.IsLetterOrDigit)
                .Select(char.ToUpperInvariant)
                .ToArray()
        );

    private static CrmField? Writable(CrmSchema schema, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (
                schema.Fields.FirstOrDefault(field => field.Name == name) is
                { Createable: true, Updateable: true } field
            )
                return field;
        }
        return null;
    }

    private static MappingEntry From(CrmField field, string from, WriteRule rule) =>
        new(field.Name, from, null, null, rule);

    private static MappingEntry Constant(CrmField field, string value, WriteRule rule) =>
        new(field.Name, null, Contents.Of(value), null, rule);

    private static MappingEntry Templated(CrmField field, string template, WriteRule rule) =>
        new(field.Name, null, null, null, rule)
        {
            Template = FieldTemplate.Parse(template, out _),
            Transforms = [new Truncate(null)],
        };
}
