using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Connections;
using LeadSync.Mapping.Fields;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_mapping_entry_is_read
{
    private static readonly Guid Connection = Guid.CreateVersion7();

    // Every entry needs what a create needs beside it.
    private const string Required = """{"field":"LastName","from":"lastName"},{"field":"Company","from":"company"}""";

    private static string[] Faults(string entry)
    {
        var reader = new SettingReader();
        var mapping = MappingSetting.Read(
            reader,
            JsonElement.Parse($$"""{"connection":"crm","object":"Lead","fields":[{{entry}},{{Required}}]}"""),
            ""
        );
        var document = new ConfigDocument([], mapping is null ? [] : [mapping], []);
        var around = new ConfigSurroundings(
            [new CrmConnection(Connection, "crm", "both")],
            new Dictionary<(Guid, string), CrmSchema?> { [(Connection, "Lead")] = Schemas.Lead },
            new HashSet<string>(StringComparer.Ordinal) { "import", "chat" },
            new HashSet<(Guid, string)>()
        );
        IEnumerable<FieldFault> faults = [.. reader.Faults, .. ConfigRules.Check(document, around)];
        return [.. faults.Select(fault => $"{fault.Field} {fault.Reason}")];
    }

    [Theory]
    [InlineData(
        """{"field":"Title","from":"title","transforms":["trim",{"case":"name"},"truncate"],"rule":"untilEdited"}"""
    )]
    [InlineData("""{"field":"Title","template":"{role}[ ({team})]","rule":"onlyOnCreate"}""")]
    [InlineData("""{"field":"Company2","from":"c"}""", "fields[0].field Company2 is no field of Lead")]
    [InlineData("""{"field":"Status","constant":"Open","rule":"onlyWhile","while":{"values":["Open"]}}""")]
    [InlineData(
        """{"field":"Title","from":"title","rule":"onlyWhile","while":{"field":"Status","values":["Open","Closed"]}}"""
    )]
    [InlineData("""{"field":"HasOptedOutOfEmail","from":"optOut","rule":"optOut","consent":"marketingConsent"}""")]
    [InlineData("""{"field":"Title","from":"title","default":"[not provided]","defaultRule":"onlyOnCreate"}""")]
    [InlineData("""{"field":"Title","from":"title","precedence":["chat","import"]}""")]
    [InlineData("""{"field":"Products__c","from":"products","adds":true}""")]
    [InlineData(
        """{"field":"Description","from":"$conversation","transforms":[{"conversation":{"zone":"Europe/Berlin"}}]}"""
    )]
    [InlineData("""{"field":"Called__c","from":"$firstCapturedAt"}""")]
    [InlineData("""{"field":"Title","from":"$now"}""", "fields[0].from begins with a dollar")]
    [InlineData("""{"field":"Title","from":"a","template":"{b}"}""", "fields[0] has both from and template")]
    [InlineData("""{"field":"Title"}""", "fields[0] has neither from nor template nor constant")]
    [InlineData("""{"field":"Title","template":"{a"}""", "fields[0].template has a { at character 1")]
    [InlineData("""{"field":"Title","constant":"x","default":"y"}""", "fields[0].default stands beside a constant")]
    [InlineData(
        """{"field":"Title","from":"a","transforms":["trimm"]}""",
        "fields[0].transforms[0] is no step (trimm)"
    )]
    [InlineData(
        """{"field":"Title","from":"a","transforms":[{"case":"name","trim":true}]}""",
        "fields[0].transforms[0] is neither a step's name"
    )]
    [InlineData(
        """{"field":"Title","from":"a","transforms":[{"case":"title"}]}""",
        "fields[0].transforms[0].case is none of the words"
    )]
    [InlineData(
        """{"field":"Title","from":"a","defaultRule":"onlyOnCreate"}""",
        "fields[0].defaultRule stands without a default"
    )]
    [InlineData(
        """{"field":"Title","from":"a","default":"x","defaultRule":"optOut"}""",
        "fields[0].defaultRule is no rule for a default"
    )]
    [InlineData("""{"field":"Title","from":"a","rule":"onlyWhile"}""", "fields[0].while is missing")]
    [InlineData(
        """{"field":"Title","from":"a","rule":"onlyWhile","while":{"values":[]}}""",
        "fields[0].while.values names no value"
    )]
    [InlineData(
        """{"field":"Title","from":"a","while":{"values":["x"]}}""",
        "fields[0].while stands beside another rule"
    )]
    [InlineData(
        """{"field":"Title","from":"a","rule":"onlyWhile","while":{"field":"Nope","values":["x"]}}""",
        "fields[0].while.field Nope is no field"
    )]
    [InlineData(
        """{"field":"Title","from":"a","rule":"onlyWhile","while":{"field":"LeadSource","values":["web"]}}""",
        "fields[0].while.values[0] is not in the list of LeadSource"
    )]
    [InlineData(
        """{"field":"Title","from":"a","rule":"onlyWhile","while":{"field":"HasOptedOutOfEmail","values":["no"]}}""",
        "fields[0].while.values[0] is neither true nor false"
    )]
    [InlineData(
        """{"field":"Title","from":"a","rule":"optOut"}""",
        "fields[0].rule is optOut, and Title (string) is no checkbox"
    )]
    [InlineData(
        """{"field":"HasOptedOutOfEmail","from":"a","consent":"c"}""",
        "fields[0].consent stands beside another rule"
    )]
    [InlineData("""{"field":"Title","from":"a","adds":true}""", "fields[0].adds is for multi-select picklists only")]
    [InlineData(
        """{"field":"Title","from":"a","precedence":["chat","chat"]}""",
        "fields[0].precedence names one twice"
    )]
    [InlineData(
        """{"field":"Title","from":"a","precedence":["caht"]}""",
        "fields[0].precedence[0] is no source that is declared"
    )]
    [InlineData(
        """{"field":"NumberOfEmployees","from":"a","transforms":["boolean"]}""",
        "fields[0].transforms[0] gives true or false, which Lead.NumberOfEmployees (int) does not take"
    )]
    [InlineData(
        """{"field":"Called__c","from":"a","transforms":["date"]}""",
        "fields[0].transforms[0] gives a date, which Lead.Called__c (datetime) does not take"
    )]
    [InlineData(
        """{"field":"Title","from":"a","transforms":["number","trim"]}""",
        "fields[0].transforms[1] can do nothing with a number"
    )]
    [InlineData(
        """{"field":"Title","from":"a","transforms":["conversation"]}""",
        "fields[0].transforms[0] stands elsewhere than first after from: $conversation"
    )]
    [InlineData(
        """{"field":"LeadSource","from":"$conversation"}""",
        "fields[0].field LeadSource (picklist) is no field for a long text"
    )]
    [InlineData("""{"field":"LeadSource","constant":"web","transforms":[{"case":"lower"}]}""")]
    [InlineData(
        """{"field":"LeadSource","constant":"x","transforms":[{"values":{"map":{"x":"Radio"}}}]}""",
        "fields[0].constant is not in the field's list",
        "fields[0].transforms[0].values.map.x gives a value that is not in the field's list"
    )]
    [InlineData(
        """{"field":"LeadSource","from":"a","transforms":[{"values":{"map":{"x":"Radio"},"fallback":"default"}}]}""",
        "fields[0].transforms[0].values.map.x gives a value that",
        "fields[0].transforms[0].values.fallback is default, and the entry has no default"
    )]
    [InlineData(
        """{"field":"LeadSource","from":"a","default":"Radio"}""",
        "fields[0].default is not in the field's list"
    )]
    public void Every_fault_is_told_with_its_place(string entry, params string[] expected)
    {
        var faults = Faults(entry);

        faults.Length.ShouldBe(expected.Length, string.Join("; ", faults));
        for (var i = 0; i < expected.Length; i++)
            faults[i].ShouldStartWith(expected[i]);
    }

    [Fact]
    public void Several_faults_of_several_entries_are_told_at_once() =>
        Faults("""{"field":"Title","from":"$x","rule":"never","transforms":["a","b"]},{"fild":"x"}""")
            .Select(fault => fault.Split(' ')[0])
            .ShouldBe(
                [
                    "fields[0].from",
                    "fields[0].transforms[0]",
                    "fields[0].transforms[1]",
                    "fields[0].rule",
                    "fields[1].fild",
                    "fields[1].field",
                    "fields[1]",
                ],
                ignoreOrder: true
            );

    [Fact]
    public void A_field_that_is_written_only_once_may_be_set_only_on_create()
    {
        var field = Schemas.Field("Origin__c", "string", 80) with { Updateable = false };
        var entry = new MappingEntry("Origin__c", "x", null, null, WriteRule.OnlyOnCreate);

        entry.MayWrite(field).ShouldBeTrue();
        (entry with { Rule = WriteRule.OnlyWhenEmpty }).MayWrite(field).ShouldBeFalse();
        (entry with { DefaultRule = WriteRule.Overwrite }).MayWrite(field).ShouldBeFalse();
    }

    private static MappingEntry Read(string entry)
    {
        var reader = new SettingReader();
        var read = EntrySetting.Read(reader, JsonElement.Parse(entry), "");
        reader.Faults.ShouldBeEmpty();
        return read.ShouldNotBeNull().Entry;
    }

    [Theory]
    [InlineData(
        """{"field":"A","from":"a","transforms":["trim",{"case":"name"},{"splitName":"last"},{"truncate":40},{"join":", "},"stripHtml"],"default":1,"defaultRule":"onlyOnCreate","rule":"untilEdited","precedence":["chat"],"adds":true}"""
    )]
    [InlineData(
        """{"field":"A","template":"{a}[ {b}]","rule":"onlyWhile","while":{"field":"S","values":["New","Open"]}}"""
    )]
    [InlineData("""{"field":"A","constant":true,"rule":"optOut","consent":"c"}""")]
    [InlineData(
        """{"field":"A","from":"a","transforms":[{"values":{"map":{"x":"y"},"fallback":"fail"}},{"number":{"decimal":",","group":".","ignore":["EUR"]}},{"boolean":{"true":["ja"],"false":["nein"]}},{"date":{"formats":["dd.MM.yyyy"],"zone":"Europe/Berlin"}},{"datetime":{"formats":["unixSeconds"]}}],"rule":"overwrite"}"""
    )]
    [InlineData(
        """{"field":"A","from":"a","transforms":[{"phone":{"to":"e164","country":"DE","countryFrom":"country"}},{"phone":"digits"},{"country":"code3"},{"state":{"to":"code","country":"US"}},{"conversation":{"times":false,"zone":"UTC","length":100}}],"rule":"overwrite"}"""
    )]
    public void It_is_written_and_stored_as_it_was_read(string text)
    {
        var entry = Read(text);

        EntrySetting.Write(entry).ToJsonString().ShouldBe(JsonElement.Parse(text).GetRawText());
        var stored = entry with { SavedAt = Steps.Captured };
        var again = StoredEntries.Read(StoredEntries.Write([stored])).ShouldHaveSingleItem();
        again.SaysTheSameAs(entry).ShouldBeTrue();
        again.SavedAt.ShouldBe(Steps.Captured);
    }

    [Fact]
    public void What_was_stored_before_there_were_steps_reads_as_it_did()
    {
        var entry = StoredEntries
            .Read(
                """[{"field":"Title","from":"title","default":"x","rule":"onlyWhenEmpty","savedAt":"2026-01-01T00:00:00+00:00"}]"""
            )
            .ShouldHaveSingleItem();

        (entry.From, entry.Rule, entry.SavedAt.Year).ShouldBe(("title", WriteRule.OnlyWhenEmpty, 2026));
    }

    [Theory]
    [InlineData("""{"field":"B","from":"a","rule":"overwrite"}""")]
    [InlineData("""{"field":"A","from":"b","rule":"overwrite"}""")]
    [InlineData("""{"field":"A","template":"{a}","rule":"overwrite"}""")]
    [InlineData("""{"field":"A","from":"a","rule":"untilEdited"}""")]
    [InlineData("""{"field":"A","from":"a","transforms":["trim"]}""")]
    [InlineData("""{"field":"A","from":"a","default":"x"}""")]
    [InlineData("""{"field":"A","from":"a","precedence":["chat"]}""")]
    [InlineData("""{"field":"A","from":"a","adds":true}""")]
    public void Another_entry_does_not_say_the_same(string other) =>
        Read(other).SaysTheSameAs(Read("""{"field":"A","from":"a"}""")).ShouldBeFalse();

    [Fact]
    public void Numbers_that_are_the_same_say_the_same() =>
        Read("""{"field":"A","constant":100}""").SaysTheSameAs(Read("""{"field":"A","constant":1e2}""")).ShouldBeTrue();
}
