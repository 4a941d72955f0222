using System.Text;
using LeadSync.Local.Leads;

namespace LeadSync.Local.Tests;

public sealed class When_a_list_of_leads_is_read
{
    [Fact]
    public void An_id_column_is_the_LeadId()
    {
        Read("id,email\n  A-1 ,ann@example.com\n").Leads.Single().LeadId.ShouldBe("A-1");
    }

    [Fact]
    public void Without_an_id_the_email_in_lower_case_is_the_LeadId_and_the_field_stays_as_written()
    {
        var lead = Read("id,email\n,Ann@Example.COM\n").Leads.Single();

        lead.LeadId.ShouldBe("ann@example.com");
        lead.Fields["email"].ShouldBe("Ann@Example.COM");
    }

    [Fact]
    public void Without_either_the_row_itself_is_the_LeadId_the_same_whenever_it_is_read()
    {
        var first = Read("name,company\nAnn Lee,Acme\nAnn Lee,Other\n").Leads;
        var again = Read("company,name\nAcme,Ann Lee\n").Leads.Single();

        first[0].LeadId.ShouldBe(again.LeadId);
        first[1].LeadId.ShouldNotBe(again.LeadId, StringComparer.Ordinal);
    }

    [Fact]
    public void An_empty_cell_is_an_absent_field()
    {
        Read("email,company\nann@example.com, \n").Leads.Single().Fields.Keys.ShouldHaveSingleItem().ShouldBe("email");
    }

    [Theory]
    [InlineData("Ann Mary Lee", "Ann Mary", "Lee")]
    [InlineData("\"Lee, Ann Mary\"", "Ann Mary", "Lee")]
    public void A_whole_name_is_split(string name, string first, string last)
    {
        var fields = Read($"name\n{name}\n").Leads.Single().Fields;

        fields["firstName"].ShouldBe(first);
        fields["lastName"].ShouldBe(last);
    }

    [Fact]
    public void Bad_rows_are_named_by_line_and_reason_and_stop_no_other()
    {
        var file = Read(
            "email,company\nann@example.com,Acme\nbob@example.com\ncleo@example.com,\"Acme\n,\ndora@example.com,Acme\n"
        );

        file.Leads.Select(lead => lead.LeadId).ShouldBe(["ann@example.com", "dora@example.com"]);
        file.BadRows.Select(row => row.Line).ShouldBe([3, 4, 5]);
        file.BadRows.ShouldAllBe(row => !row.Reason.Contains("@example.com", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("email;company\nann@example.com;\"Acme, Inc\"\n", ';')]
    [InlineData("email\tcompany\nann@example.com\tAcme, Inc\n", '\t')]
    [InlineData("email|company\nann@example.com|Acme, Inc\n", '|')]
    [InlineData("\"email, private; or not; or\",email,company\n,ann@example.com,\"Acme, Inc\"\n", ',')]
    public void The_delimiter_is_the_one_that_parts_the_header(string text, char delimiter)
    {
        var file = Read(text);

        file.Delimiter.ShouldBe(delimiter);
        file.Leads.Single().Fields["company"].ShouldBe("Acme, Inc");
    }

    [Fact]
    public void A_byte_order_mark_is_not_part_of_the_first_column()
    {
        var file = LeadFile.Read([.. Encoding.UTF8.Preamble, .. "id,email\n7,ann@example.com\n"u8]);

        file.Leads.Single().LeadId.ShouldBe("7");
    }

    [Fact]
    public void Text_that_is_not_UTF_8_is_read_as_Latin_1()
    {
        var file = LeadFile.Read(Encoding.Latin1.GetBytes("id,last name\n7,Müller\n"));

        file.Encoding.ShouldBe("Latin-1");
        file.Leads.Single().Fields["lastName"].ShouldBe("Müller");
    }

    [Fact]
    public void A_file_without_a_header_is_refused_with_the_reason()
    {
        Should
            .Throw<InvalidDataException>(() => Read("\n\n"))
            .Message.ShouldContain("first line must name the columns");
    }

    private static LeadFile Read(string text) => LeadFile.Read(Encoding.UTF8.GetBytes(text));
}
