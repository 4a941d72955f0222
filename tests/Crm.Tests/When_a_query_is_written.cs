using LeadSync.Crm.Salesforce;

namespace LeadSync.Crm.Tests;

public sealed class When_a_query_is_written
{
    [Theory]
    [InlineData("plain", "'plain'")]
    [InlineData("O'Neil", @"'O\'Neil'")]
    [InlineData(@"a\b", @"'a\\b'")]
    [InlineData(@"\'", @"'\\\''")]
    [InlineData("a\nb\rc\td\be\ff", @"'a\nb\rc\td\be\ff'")]
    [InlineData("nul\0", @"'nul\u0000'")]
    [InlineData("') OR (Id != '", @"'\') OR (Id != \''")]
    [InlineData("Zoë 😀", "'Zoë 😀'")]
    public void Text_is_escaped(string text, string literal) => SoqlText.Quote(text).ShouldBe(literal);

    [Fact]
    public void Conditions_are_joined_by_or()
    {
        var queries = new Soql("Lead", ["Id", "Email", "email"])
            .In("Id", ["a", "b"])
            .In("Email", ["x@y.z"])
            .CreatedSince(new DateTimeOffset(2026, 7, 1, 12, 0, 0, 900, TimeSpan.FromHours(2)), "u")
            .Build();

        queries
            .ShouldHaveSingleItem()
            .ShouldBe(
                "SELECT Id,Email FROM Lead WHERE Id IN ('a','b') OR Email IN ('x@y.z')"
                    + " OR (CreatedDate >= 2026-07-01T10:00:00Z AND CreatedById = 'u')"
            );
    }

    [Fact]
    public void Nothing_asked_for_is_no_query_rather_than_the_whole_org() =>
        new Soql("Lead", ["Id"]).In("Id", []).In("Email", [new string('a', 5_000)]).Build().ShouldBeEmpty();

    [Fact]
    public void Too_long_a_list_becomes_several_queries_that_together_ask_for_all()
    {
        var emails = Enumerable.Range(0, 500).Select(n => $"person{n}@example.com").ToList();

        var queries = new Soql("Lead", ["Id"], longest: 1_000).In("Id", ["00Q"]).In("Email", emails).Build();

        queries.Count.ShouldBeGreaterThan(10);
        queries.ShouldAllBe(query => query.Length <= 1_000);
        queries.ShouldAllBe(query => query.Count(c => c == '(') == query.Count(c => c == ')'));
        var all = string.Concat(queries);
        emails.ShouldAllBe(email => all.Contains($"'{email}'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Email FROM User")]
    [InlineData("Owner..Name")]
    [InlineData("Owner.Name, Email")]
    [InlineData("1st")]
    public void A_name_that_can_be_none_is_refused(string name)
    {
        SoqlText.IsName(name).ShouldBeFalse();
        Should.Throw<ArgumentException>(() => new Soql("Lead", [name]));
    }

    [Theory]
    [InlineData("Ext__c")]
    [InlineData("ns__Score__c")]
    public void A_custom_field_is_a_name(string name) => SoqlText.IsName(name).ShouldBeTrue();
}
