using static LeadSync.CrmSimulator.Data.Objects.Define;

namespace LeadSync.CrmSimulator.Data;

/// <summary>Standard fields that objects have only where a feature of the org is on.</summary>
internal static class Features
{
    private static readonly Dictionary<string, string[]> AddressPrefixes = new(StringComparer.Ordinal)
    {
        ["Lead"] = [""],
        ["Contact"] = ["Mailing", "Other"],
        ["Account"] = ["Billing", "Shipping"],
    };

    /// <summary>Prefixes of an object's addresses, as Mailing; empty for a Lead's.</summary>
    public static IReadOnlyList<string> AddressesOf(string objectName) =>
        AddressPrefixes.GetValueOrDefault(objectName, []);

    /// <summary>A field as a feature that is off now may have left it in the journal; null when no feature has such.</summary>
    public static Field? FindPast(string name) =>
        name is "RecordTypeId" or "CurrencyIsoCode" or "IsPersonAccount"
        || name.EndsWith("CountryCode", StringComparison.Ordinal)
        || name.EndsWith("StateCode", StringComparison.Ordinal)
            ? Text(name, name, 255)
            : null;

    public static IEnumerable<Field> FieldsOf(SObject type, OrgSetup setup)
    {
        if (!type.Writeable)
            yield break;
        if (setup.RecordTypes.Any(one => one.Object == type.Name) && type.Name != "Account")
            yield return Reference("RecordTypeId", "Record Type ID", "RecordType");
        if (setup.Currencies.Count > 0)
        {
            yield return Pick("CurrencyIsoCode", $"{type.Label} Currency", 3, setup.Currencies)
                .Restricted()
                .Defaulted() with
            {
                Nillable = true,
                Default = setup.Currencies[0],
            };
        }

        if (setup.PersonAccounts && type.Name == "Account")
            yield return Flag("IsPersonAccount", "Is Person Account").ReadOnly();
        if (setup.Countries.Count == 0)
            yield break;
        foreach (var prefix in AddressesOf(type.Name))
        {
            var label = prefix.Length == 0 ? "" : $"{prefix} ";
            yield return Pick(
                    $"{prefix}CountryCode",
                    $"{label}Country Code",
                    10,
                    setup.Countries.Select(one => one.Code)
                )
                .Restricted()
                .In($"{prefix}Address");
            yield return Pick(
                    $"{prefix}StateCode",
                    $"{label}State/Province Code",
                    10,
                    setup.Countries.SelectMany(one => one.States?.Keys ?? []).Distinct(StringComparer.Ordinal)
                )
                .Restricted()
                .In($"{prefix}Address");
        }
    }
}
