using LeadSync.Local.Leads;

namespace LeadSync.Local.Tests;

public sealed class When_a_csv_text_is_read
{
    [Fact]
    public void Quoted_fields_keep_delimiters_quotes_and_line_breaks()
    {
        var rows = Read("a,\"b, \"\"c\"\"\nd\",  e  ,\" f \"\r\n");

        rows.ShouldHaveSingleItem().Fields.ShouldBe(["a", "b, \"c\"\nd", "e", " f "]);
    }

    [Fact]
    public void A_quote_inside_an_unquoted_field_is_text()
    {
        Read("5'10\" tall,b").ShouldHaveSingleItem().Fields.ShouldBe(["5'10\" tall", "b"]);
    }

    [Fact]
    public void Empty_fields_at_the_end_are_fields()
    {
        Read("a,,\n").ShouldHaveSingleItem().Fields.ShouldBe(["a", "", ""]);
    }

    [Theory]
    [InlineData("a,b\nc,d")]
    [InlineData("a,b\r\nc,d\r\n")]
    [InlineData("a,b\rc,d\r")]
    [InlineData("\n\na,b\n\n  \nc,d\n\n")]
    public void Every_kind_of_line_end_parts_records_and_blank_lines_are_none(string text)
    {
        Read(text).Select(row => string.Join('|', row.Fields)).ShouldBe(["a|b", "c|d"]);
    }

    [Fact]
    public void A_record_knows_its_line_after_blank_lines_and_broken_lines()
    {
        Read("a\n\n\"b\nb\"\r\nc").Select(row => row.Line).ShouldBe([1, 3, 5]);
    }

    [Fact]
    public void A_quote_never_closed_costs_one_line_only()
    {
        var rows = Read("ann,1\nbob,\"2\ncleo,3\n");

        rows.Select(row => (row.Line, row.Fault is null)).ShouldBe([(1, true), (2, false), (3, true)]);
        rows[1].Fault.ShouldNotBeNull().ShouldContain("never closed");
    }

    [Fact]
    public void A_quote_closed_by_a_later_row_costs_one_line_only()
    {
        var rows = Read("ann,\"1\nbob,\"2\"\ncleo,3\n");

        rows.Select(row => (row.Line, row.Fault is null)).ShouldBe([(1, false), (2, true), (3, true)]);
        rows[0].Fault.ShouldNotBeNull().ShouldContain("after a closing quote");
    }

    [Fact]
    public void A_row_with_another_number_of_fields_is_a_fault_of_that_row()
    {
        var rows = CsvRows.Read("a,b\nc\nd,e,f\ng,h", ',', columns: 2).ToList();

        rows.Select(row => row.Fault is null).ShouldBe([true, false, false, true]);
        rows[1].Fault.ShouldBe("has 1 fields where the header has 2");
    }

    private static List<CsvRow> Read(string text) => [.. CsvRows.Read(text, ',')];
}
