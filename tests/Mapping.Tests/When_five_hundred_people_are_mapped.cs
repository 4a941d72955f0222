using LeadSync.Mapping.Transforms;

namespace LeadSync.Mapping.Tests;

public sealed class When_five_hundred_people_are_mapped
{
    [Fact]
    public void Every_telephone_number_becomes_E164()
    {
        foreach (var person in Corpus.People())
        {
            foreach (var name in new[] { "company_phone1", "personal_phone2" })
            {
                var given = person[name];
                Steps
                    .Of("""{"phone":{"to":"e164","country":"US"}}""", given)
                    .ShouldBe($"+1{given.Replace("-", "", StringComparison.Ordinal)}");
            }
        }
    }

    [Fact]
    public void Every_state_has_its_name_and_the_name_its_code()
    {
        foreach (var code in Corpus.People().Select(person => person["company_state"]).Distinct(StringComparer.Ordinal))
        {
            var name = Steps.Of("""{"state":{"to":"name","country":"US"}}""", code);
            name.Length.ShouldBeGreaterThan(2, code);
            Steps.Of("""{"state":{"to":"code","country":"US"}}""", name).ShouldBe(code);
        }
    }

    [Fact]
    public void Every_full_name_is_split_into_what_it_was_made_of()
    {
        foreach (var person in Corpus.People())
        {
            var (first, last) = (person["employee_first_name"], person["employee_last_name"]);
            var name = PersonName.Read($"{first} {last}")!;
            (name.First, name.Last).ShouldBe((first, last));
            (name.Salutation, name.Suffix).ShouldBe(((string?)null, (string?)null));
        }
    }

    [Fact]
    public void A_name_shouted_is_the_name_said()
    {
        foreach (var person in Corpus.People())
        {
            var name = person["employee_first_name"];
            Steps.Of("""{"case":"name"}""", name.ToUpperInvariant()).ShouldBe(name);
        }
    }
}
