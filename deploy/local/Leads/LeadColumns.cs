namespace LeadSync.Local.Leads;

/// <summary>What a column of a file is to a lead.</summary>
public enum ColumnRole
{
    /// <summary>A known lead field; <see cref="LeadColumn.Field"/> names it.</summary>
    Field,

    /// <summary>The source's own id of the lead.</summary>
    Id,

    /// <summary>A whole name, split into first and last.</summary>
    WholeName,

    /// <summary>Not known: kept as a field under the column's own name.</summary>
    Custom,

    /// <summary>A column without a name or with one that is taken: left out.</summary>
    Ignored,
}

/// <summary>One column of a file, and what becomes of it.</summary>
/// <param name="Name">As the header has it.</param>
/// <param name="Field">The lead field that it fills; empty for <see cref="ColumnRole.Id"/>, a whole name, and what is ignored.</param>
public sealed record LeadColumn(string Name, ColumnRole Role, string Field = "")
{
    /// <summary>The longest name that a captured field may have.</summary>
    public const int LongestName = 100;
}

/// <summary>Recognises columns by a table of synonyms, as people and other products name them.</summary>
public static class LeadColumns
{
    // Compared without case, blanks and punctuation; the first column to claim a field gets it. Ids: best first.
    private static readonly string[] Ids =
    [
        "leadid",
        "id",
        "externalid",
        "contactid",
        "personid",
        "customerid",
        "userid",
        "recordid",
        "uuid",
        "guid",
    ];

    private static readonly string[] WholeNames =
    [
        "name",
        "fullname",
        "contactname",
        "leadname",
        "personname",
        "displayname",
    ];

    private static readonly (string Field, string[] Names)[] Synonyms =
    [
        ("firstName", ["firstname", "first", "fname", "givenname", "given", "forename", "vorname", "prenom", "nombre"]),
        (
            "lastName",
            [
                "lastname",
                "last",
                "lname",
                "surname",
                "familyname",
                "family",
                "secondname",
                "nachname",
                "apellido",
                "apellidos",
            ]
        ),
        ("email", ["email", "emailaddress", "mail", "mailaddress", "email1", "primaryemail", "personalemail"]),
        (
            "company",
            [
                "company",
                "companyname",
                "account",
                "accountname",
                "organization",
                "organisation",
                "organizationname",
                "organisationname",
                "org",
                "employer",
                "business",
                "businessname",
                "firm",
                "firma",
                "empresa",
            ]
        ),
        ("title", ["title", "jobtitle", "job", "position", "role", "occupation", "jobrole"]),
        (
            "phone",
            [
                "phone",
                "phonenumber",
                "phone1",
                "telephone",
                "telephonenumber",
                "tel",
                "landline",
                "officephone",
                "workphone",
                "businessphone",
                "companyphone",
                "telefon",
                "telefono",
            ]
        ),
        (
            "mobile",
            [
                "mobile",
                "mobilephone",
                "mobilenumber",
                "mobileno",
                "cell",
                "cellphone",
                "cellnumber",
                "personalphone",
                "phone2",
                "handy",
            ]
        ),
        ("website", ["website", "web", "url", "webpage", "homepage", "site", "websiteurl", "domain", "companydomain"]),
        ("street", ["street", "streetaddress", "address", "address1", "addressline1", "mailingstreet", "strasse"]),
        ("city", ["city", "town", "locality", "mailingcity", "stadt", "ort", "ciudad", "ville"]),
        ("county", ["county"]),
        ("state", ["state", "province", "region", "stateprovince", "stateorprovince", "statecode", "mailingstate"]),
        (
            "postalCode",
            [
                "postalcode",
                "zip",
                "zipcode",
                "postcode",
                "postalzip",
                "zippostalcode",
                "plz",
                "codigopostal",
                "codepostal",
            ]
        ),
        ("country", ["country", "countryname", "nation", "land", "pais", "pays"]),
        ("leadSource", ["leadsource", "source", "channel", "origin", "campaignsource", "utmsource"]),
        ("description", ["description", "notes", "note", "comment", "comments", "message", "remarks"]),
    ];

    // A word in front that only says whose value it is: "personal_email", "employee_first_name", "company_zip".
    private static readonly string[] Qualifiers =
    [
        "employee",
        "contact",
        "lead",
        "customer",
        "person",
        "personal",
        "company",
        "business",
        "work",
        "office",
        "primary",
        "main",
        "home",
        "user",
        "account",
    ];

    private static readonly Dictionary<string, string> FieldOf = Synonyms
        .SelectMany(entry => entry.Names, (entry, name) => (Name: Plain(name), entry.Field))
        .ToDictionary(entry => entry.Name, entry => entry.Field, StringComparer.Ordinal);

    /// <summary>Says of each column of a header what it is. A field goes to the first column that claims it.</summary>
    public static IReadOnlyList<LeadColumn> Recognise(IReadOnlyList<string> header)
    {
        var roles = new LeadColumn?[header.Count];
        var taken = new HashSet<string>(StringComparer.Ordinal);

        var id = BestId(header);
        if (id >= 0)
            roles[id] = new LeadColumn(header[id], ColumnRole.Id);

        // Names that match as they stand come before names that match only without the word in front.
        foreach (var withoutQualifier in new[] { false, true })
        {
            for (var column = 0; column < header.Count; column++)
            {
                if (roles[column] is null && Field(header[column], withoutQualifier) is { } field && taken.Add(field))
                    roles[column] = new LeadColumn(header[column], ColumnRole.Field, field);
            }
        }

        var named = taken.Contains("firstName") || taken.Contains("lastName");
        for (var column = 0; column < header.Count; column++)
        {
            if (roles[column] is not null)
                continue;
            var name = header[column].Trim();
            if (!named && WholeNames.Contains(Plain(name), StringComparer.Ordinal))
            {
                roles[column] = new LeadColumn(name, ColumnRole.WholeName);
                named = true;
                continue;
            }
            var usable = name.Length is > 0 and <= LeadColumn.LongestName && !name.Any(char.IsControl);
            roles[column] =
                usable && taken.Add(name)
                    ? new LeadColumn(name, ColumnRole.Custom, name)
                    : new LeadColumn(name, ColumnRole.Ignored);
        }
        return [.. roles.Select(role => role!)];
    }

    private static int BestId(IReadOnlyList<string> header)
    {
        var names = header.Select(Plain).ToList();
        foreach (var id in Ids)
        {
            var column = names.IndexOf(id);
            if (column >= 0)
                return column;
        }
        return -1;
    }

    private static string? Field(string name, bool withoutQualifier)
    {
        var plain = Plain(name);
        if (!withoutQualifier)
            return FieldOf.GetValueOrDefault(plain);
        foreach (var qualifier in Qualifiers)
        {
            if (
                plain.StartsWith(qualifier, StringComparison.Ordinal)
                && FieldOf.TryGetValue(plain[qualifier.Length..], out var field)
            )
                return field;
        }
        return null;
    }

    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
