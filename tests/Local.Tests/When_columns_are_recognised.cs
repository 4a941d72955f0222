using LeadSync.Local.Leads;

namespace LeadSync.Local.Tests;

public sealed class When_columns_are_recognised
{
    [Theory]
    [InlineData("First Name", "firstName")]
    [InlineData("employee_first_name", "firstName")]
    [InlineData("surname", "lastName")]
    [InlineData("E-Mail Address", "email")]
    [InlineData("personal_email", "email")]
    [InlineData("Work Email", "email")]
    [InlineData("company_name", "company")]
    [InlineData("Organisation", "company")]
    [InlineData("jobTitle", "title")]
    [InlineData("company_phone1", "phone")]
    [InlineData("Telephone", "phone")]
    [InlineData("personal_phone2", "mobile")]
    [InlineData("Mobile Phone", "mobile")]
    [InlineData("company_web", "website")]
    [InlineData("company_address", "street")]
    [InlineData("company_city", "city")]
    [InlineData("company_county", "county")]
    [InlineData("company_state", "state")]
    [InlineData("company_zip", "postalCode")]
    [InlineData("PLZ", "postalCode")]
    [InlineData("Country", "country")]
    [InlineData("utm_source", "leadSource")]
    [InlineData("Notes", "description")]
    public void A_synonym_names_its_lead_field(string column, string field)
    {
        var recognised = LeadColumns.Recognise([column]).ShouldHaveSingleItem();

        recognised.Role.ShouldBe(ColumnRole.Field);
        recognised.Field.ShouldBe(field);
    }

    [Fact]
    public void An_unknown_column_is_kept_under_its_own_name()
    {
        LeadColumns.Recognise([" Shoe size "]).ShouldBe([new LeadColumn("Shoe size", ColumnRole.Custom, "Shoe size")]);
    }

    [Fact]
    public void The_best_id_column_is_the_id_and_another_one_is_kept()
    {
        var columns = LeadColumns.Recognise(["User Id", "lead_id", "email"]);

        columns.Select(column => column.Role).ShouldBe([ColumnRole.Custom, ColumnRole.Id, ColumnRole.Field]);
    }

    [Fact]
    public void A_field_goes_to_the_column_that_names_it_most_plainly()
    {
        var columns = LeadColumns.Recognise(["work email", "email", "company", "company name"]);

        columns.Select(column => column.Field).ShouldBe(["work email", "email", "company", "company name"]);
    }

    [Fact]
    public void A_whole_name_is_split_only_when_no_part_of_it_has_a_column()
    {
        LeadColumns.Recognise(["Name"])[0].Role.ShouldBe(ColumnRole.WholeName);
        LeadColumns.Recognise(["Name", "First name"])[0].Role.ShouldBe(ColumnRole.Custom);
    }

    [Fact]
    public void Columns_without_a_usable_name_or_with_one_taken_are_left_out()
    {
        var columns = LeadColumns.Recognise(["", "Shoe size", "Shoe size", new string('x', 101)]);

        columns
            .Select(column => column.Role)
            .ShouldBe([ColumnRole.Ignored, ColumnRole.Custom, ColumnRole.Ignored, ColumnRole.Ignored]);
    }
}
