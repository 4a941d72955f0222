using LeadSync.Mapping.Transforms;

namespace LeadSync.Mapping.Tests;

public sealed class When_phones_and_places_are_written
{
    private static string In(string country) => $$$"""{"phone":{"to":"e164","country":"{{{country}}}"}}""";

    [Theory]
    [InlineData("US", "504-621-8927", "+15046218927")]
    [InlineData("US", "(504) 621.8927", "+15046218927")]
    [InlineData("US", "1-504-621-8927", "+15046218927")]
    [InlineData("US", "011 44 20 7946 0958", "+442079460958")]
    [InlineData("US", "504-121-8927", "504-121-8927")]
    [InlineData("US", "621-8927", "621-8927")]
    [InlineData("US", "504-621-8927 ext. 12", "504-621-8927 ext. 12")]
    [InlineData("US", "1-800-FLOWERS", "1-800-FLOWERS")]
    [InlineData("DE", "030 1234567", "+49301234567")]
    [InlineData("DE", "+49 (0)30 1234567", "+49301234567")]
    [InlineData("DE", "0049 30 1234567", "+49301234567")]
    [InlineData("DE", "0151/12345678", "+4915112345678")]
    // Without its zero it may be a number of the town, and of which?
    [InlineData("DE", "1234567", "1234567")]
    [InlineData("GB", "020 7946 0958", "+442079460958")]
    [InlineData("FR", "06 12 34 56 78", "+33612345678")]
    [InlineData("IT", "06 1234 5678", "+390612345678")]
    [InlineData("IT", "+39 06 1234 5678", "+390612345678")]
    [InlineData("ES", "912 345 678", "+34912345678")]
    [InlineData("IN", "98765 43210", "+919876543210")]
    [InlineData("CN", "138 0013 8000", "+8613800138000")]
    [InlineData("BR", "(011) 91234-5678", "+5511912345678")]
    [InlineData("AU", "0412 345 678", "+61412345678")]
    [InlineData("JP", "03-1234-5678", "+81312345678")]
    [InlineData("HU", "06 1 234 5678", "+3612345678")]
    [InlineData("RU", "8 (912) 345-67-89", "+79123456789")]
    [InlineData("US", "+49 30 1234567", "+49301234567")]
    [InlineData("US", "+1 504", "+1 504")]
    [InlineData("US", "tel:+1-504-621-8927", "+15046218927")]
    [InlineData("US", "٥٠٤٦٢١٨٩٢٧", "+15046218927")]
    [InlineData("US", "", Steps.Nothing)]
    [InlineData("AQ", "123456789", "123456789")]
    public void A_number_is_E164_where_that_is_certain_and_else_as_it_was_given(
        string country,
        string text,
        string expected
    ) => Steps.Of(In(country), text).ShouldBe(expected);

    [Theory]
    [InlineData("""{"country":"Deutschland"}""", "+49301234567")]
    [InlineData("""{"country":"usa"}""", "030 1234567")]
    [InlineData("""{"country":"Atlantis"}""", "030 1234567")]
    [InlineData("""{"country":""}""", "+49301234567")]
    [InlineData("{}", "+49301234567")]
    public void The_leads_own_country_goes_before_the_stated_one(string fields, string expected) =>
        Steps
            .Of(
                """{"phone":{"to":"e164","country":"DE","countryFrom":"country"}}""",
                "030 1234567",
                lead: Steps.Lead(fields)
            )
            .ShouldBe(expected);

    [Theory]
    [InlineData("+49 (0)30/12 34", "+49301234")]
    [InlineData("504.621.8927", "5046218927")]
    [InlineData("ask Ada", "ask Ada")]
    [InlineData("+", "+")]
    public void Digits_alone_are_kept_where_nothing_else_is_said(string text, string expected) =>
        Steps.Of("""{"phone":"digits"}""", text).ShouldBe(expected);

    [Theory]
    [InlineData("code", "Germany", "DE")]
    [InlineData("code", "deutschland", "DE")]
    [InlineData("code", "DEU", "DE")]
    [InlineData("code", "U.S.A.", "US")]
    [InlineData("code", "the united states", "US")]
    [InlineData("code", "Cote d\u2019Ivoire", "CI")]
    [InlineData("code", "Korea, Republic of", "KR")]
    [InlineData("code", "日本", "JP")]
    [InlineData("code", "Россия", "RU")]
    [InlineData("code3", "UK", "GBR")]
    [InlineData("name", "gb", "United Kingdom")]
    [InlineData("name", "Österreich", "Austria")]
    [InlineData("name", "Atlantis", "Atlantis")]
    [InlineData("name", "", Steps.Nothing)]
    public void A_country_is_known_by_its_names_and_codes(string to, string text, string expected) =>
        Steps.Of($$"""{"country":"{{to}}"}""", text).ShouldBe(expected);

    [Theory]
    [InlineData("code", "US", "Louisiana", "LA")]
    [InlineData("code", "US", "la", "LA")]
    [InlineData("code", "US", "US-LA", "LA")]
    [InlineData("name", "US", "wa", "Washington")]
    [InlineData("name", "AU", "wa", "Western Australia")]
    [InlineData("code", "CA", "Québec", "QC")]
    [InlineData("code", "DE", "Bayern", "BY")]
    [InlineData("code", "DE", "Baden Wuerttemberg", "Baden Wuerttemberg")]
    [InlineData("code", "BR", "Sao Paulo", "SP")]
    [InlineData("code", "FR", "Bretagne", "Bretagne")]
    public void A_state_is_known_within_its_country(string to, string country, string text, string expected) =>
        Steps.Of($$$"""{"state":{"to":"{{{to}}}","country":"{{{country}}}"}}""", text).ShouldBe(expected);

    [Fact]
    public void Every_country_is_found_by_each_of_its_codes_and_its_name()
    {
        Countries.All.Count.ShouldBe(249);
        foreach (var country in Countries.All)
        {
            Countries.Find(country.Code).ShouldBe(country);
            Countries.Find(country.LongCode).ShouldBe(country);
            Countries.Find(country.Name).ShouldBe(country);
        }
    }

    [Theory]
    [InlineData("""{"phone":{"to":"e164","country":"Atlantis"}}""", "step.phone.country is no country")]
    [InlineData("""{"phone":{"country":"DE"}}""", "step.phone.to is missing")]
    [InlineData("""{"phone":{"to":"e164","countryFrom":"$home"}}""", "step.phone.countryFrom begins with a dollar")]
    [InlineData("phone", "step.phone is none of the words")]
    [InlineData("""{"state":"code"}""", "step.state does not say the country")]
    [InlineData("""{"country":"iso"}""", "step.country is none of the words")]
    public void What_is_stated_badly_is_told_with_its_place(string step, string expected) =>
        Steps.Faults(step).ShouldContain(expected);
}
