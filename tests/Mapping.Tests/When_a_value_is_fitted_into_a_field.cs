using System.Text.Json;
using LeadSync.Mapping.Fields;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_value_is_fitted_into_a_field
{
    [Theory]
    [InlineData("LastName", "\"Lovelace\"", "\"Lovelace\"")]
    [InlineData("LastName", "\" \\t Lovelace\\r\\n\"", "\" \\t Lovelace\\r\\n\"")]
    [InlineData("LastName", "\"\\u0001\\u001F\"", "\"\\u0001\\u001F\"")]
    [InlineData("LastName", "\"\\u00A0Lovelace\"", "\"\\u00A0Lovelace\"")]
    [InlineData("LastName", "1.50", "\"1.50\"")]
    [InlineData("LastName", "true", "\"true\"")]
    [InlineData("Description", "[\"a\", \" b \", \"\"]", "\"a; b\"")]
    [InlineData("Email", "\" ada@engines.example \"", "\"ada@engines.example\"")]
    [InlineData("Status", "\"Something else\"", "\"Something else\"")]
    [InlineData("LeadSource", "\"web\"", "\"Web\"")]
    [InlineData("Products__c", "[\"Boat\", \"car\", \"Boat\"]", "\"Boat;Car\"")]
    [InlineData("Products__c", "\"Boat; Plane\"", "\"Boat;Plane\"")]
    [InlineData("Topics__c", "[\"new topic\"]", "\"new topic\"")]
    [InlineData("AnnualRevenue", "12.5", "12.5")]
    [InlineData("AnnualRevenue", "\" -12.50 \"", "-12.50")]
    [InlineData("NumberOfEmployees", "40", "40")]
    [InlineData("NumberOfEmployees", "\"40.0\"", "40.0")]
    [InlineData("HasOptedOutOfEmail", "true", "true")]
    [InlineData("HasOptedOutOfEmail", "\"No\"", "false")]
    [InlineData("HasOptedOutOfEmail", "1", "true")]
    [InlineData("Birthdate__c", "\"1815-12-10\"", "\"1815-12-10\"")]
    [InlineData("Birthdate__c", "\"1815-12-10T23:30:00-05:00\"", "\"1815-12-10\"")]
    [InlineData("Called__c", "\"2026-01-31T09:30:00+02:00\"", "\"2026-01-31T07:30:00.000Z\"")]
    public void What_fits_is_sent_as_the_field_takes_it(string field, string value, string sent)
    {
        var fit = FieldFit.Try(JsonElement.Parse(value), Schemas.LeadField(field));

        var fitted = fit.ShouldBeOfType<Fit.Fits>().Value;
        JsonElement.DeepEquals(fitted, JsonElement.Parse(sent)).ShouldBeTrue(fitted.GetRawText());
    }

    [Theory]
    [InlineData("LastName", "\"\"")]
    [InlineData("LastName", "\" \\t \"")]
    [InlineData("LastName", "null")]
    [InlineData("Description", "[\"\", \" \"]")]
    [InlineData("Products__c", "[]")]
    [InlineData("Products__c", "\" ; \"")]
    [InlineData("AnnualRevenue", "\" \"")]
    [InlineData("HasOptedOutOfEmail", "\"\"")]
    [InlineData("Birthdate__c", "\"\"")]
    [InlineData("Called__c", "\" \"")]
    [InlineData("LeadSource", "\"\"")]
    [InlineData("Email", "\"\"")]
    public void Nothing_but_blanks_is_no_value(string field, string value) =>
        FieldFit.Try(JsonElement.Parse(value), Schemas.LeadField(field)).ShouldBeOfType<Fit.Empty>();

    [Theory]
    [InlineData("Email", "\"ada\"", "is not an email address")]
    [InlineData("Email", "\"ada@engines\"", "is not an email address")]
    [InlineData("Email", "\"a da@engines.example\"", "is not an email address")]
    [InlineData("LeadSource", "\"Radio\"", "is not in the field's list of values, and the field takes no other")]
    [InlineData(
        "Products__c",
        "[\"Car\", \"Bike\"]",
        "is not in the field's list of values, and the field takes no other"
    )]
    [InlineData("Topics__c", "[\"a;b\"]", "has an entry with a semicolon, which separates entries in the CRM")]
    [InlineData(
        "Topics__c",
        "[\"a long enough topic\", \"and another one\"]",
        "is 35 characters long, and the field takes 30"
    )]
    [InlineData("AnnualRevenue", "\"12,5\"", "is not a number")]
    [InlineData("AnnualRevenue", "\"1e3\"", "is not a number")]
    [InlineData("AnnualRevenue", "true", "is not a number")]
    [InlineData("AnnualRevenue", "10000000000000000", "has more than 16 digits before the point")]
    [InlineData("NumberOfEmployees", "1.5", "is not a whole number")]
    [InlineData("NumberOfEmployees", "2147483648", "is too large for a whole number of the CRM")]
    [InlineData("HasOptedOutOfEmail", "\"maybe\"", "is neither true nor false")]
    [InlineData("Birthdate__c", "\"10.12.1815\"", "is not a date")]
    [InlineData("Birthdate__c", "\"1815-02-30\"", "is not a date")]
    [InlineData("Birthdate__c", "18151210", "is not a date")]
    [InlineData("Called__c", "\"2026-01-31\"", "is not an instant with its offset")]
    [InlineData("Called__c", "\"2026-01-31T09:30:00\"", "is not an instant with its offset")]
    public void What_does_not_fit_is_told_with_its_reason_and_never_cut(string field, string value, string reason) =>
        FieldFit
            .Try(JsonElement.Parse(value), Schemas.LeadField(field))
            .ShouldBeOfType<Fit.Refused>()
            .Reason.ShouldBe(reason);

    [Theory]
    [InlineData(80, true)]
    [InlineData(81, false)]
    public void A_text_may_be_as_long_as_the_field_after_its_blanks_are_cut(int length, bool fits)
    {
        var value = JsonSerializer.SerializeToElement($"  {new string('x', length)} ");

        (FieldFit.Try(value, Schemas.LeadField("LastName")) is Fit.Fits).ShouldBe(fits);
    }
}
