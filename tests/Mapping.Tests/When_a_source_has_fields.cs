using System.Text.Json;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Sources;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_source_has_fields(Stores stores) : IClassFixture<Stores>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("number", "14", true)]
    [InlineData("number", "\"14.5\"", true)]
    [InlineData("number", "\"fourteen\"", false)]
    [InlineData("boolean", "\"TRUE\"", true)]
    [InlineData("boolean", "\"maybe\"", false)]
    [InlineData("date", "\"2026-01-31\"", true)]
    [InlineData("date", "\"31/01/2026\"", false)]
    [InlineData("datetime", "\"2026-01-31T09:30:00+01:00\"", true)]
    [InlineData("datetime", "\"yesterday\"", false)]
    [InlineData("choice", "\"gold\"", true)]
    [InlineData("choice", "\"Bronze\"", false)]
    [InlineData("choice", "[\"Gold\"]", false)]
    [InlineData("multiChoice", "[\"Gold\",\"Silver\"]", true)]
    [InlineData("multiChoice", "[\"Gold\",\"Bronze\"]", false)]
    [InlineData("email", "\"ada@engines.example\"", true)]
    [InlineData("email", "\"ada at engines\"", false)]
    [InlineData("phone", "\"+44 (0)20 7946-0018 ext. 4\"", true)]
    [InlineData("phone", "\"call me\"", false)]
    [InlineData("url", "\"engines.example/about\"", true)]
    [InlineData("url", "\"not yet\"", false)]
    [InlineData("text", "7", true)]
    [InlineData("text", "[\"a\"]", false)]
    [InlineData("number", "null", true)]
    [InlineData("number", "\"  \"", true)]
    public void A_value_fits_its_type_or_is_said_not_to(string type, string value, bool fits) =>
        (
            FieldTypes.Misfit(
                JsonElement.Parse(value),
                new LeadField("x", FieldSetting.Type(type)!.Value, "x", null, ["Gold", "Silver"])
            )
            is null
        ).ShouldBe(fits);

    [Theory]
    [InlineData("7", "number")]
    [InlineData("true", "boolean")]
    [InlineData("[\"a\"]", "multiChoice")]
    [InlineData("\"2026-01-31\"", "date")]
    [InlineData("\"2026-01-31T09:30:00Z\"", "datetime")]
    [InlineData("\"ada@engines.example\"", "email")]
    [InlineData("\"https://engines.example\"", "url")]
    [InlineData("\"+44 20 7946 0018\"", "phone")]
    [InlineData("\"one\\ntwo\"", "longText")]
    [InlineData("\"Ada\"", "text")]
    public void The_type_of_an_undeclared_field_is_told_by_its_value(string value, string type) =>
        FieldSetting.Name(FieldTypes.Infer(JsonElement.Parse(value))!.Value).ShouldBe(type);

    [Fact]
    public void Every_fault_is_told_at_once()
    {
        var reader = new SettingReader();

        SourceSetting.Read(
            reader,
            JsonElement.Parse(
                """
                { "name": "form", "fields": [
                    { "name": "a", "type": "colour" }, { "name": "$b", "type": "text", "role": "boss" },
                    { "name": "c", "type": "choice" }, { "name": "d", "type": "text", "values": ["x"] },
                    { "name": "e", "type": "email", "role": "email" }, { "name": "e", "type": "conversation" },
                    { "name": "f", "type": "email", "role": "email" }, { "type": "text", "size": 3 } ] }
                """
            ),
            ""
        );

        reader
            .Faults.Select(fault => $"{fault.Field} {fault.Reason}")
            .ShouldBe(
                [
                    "fields[0].type is no type of lead fields",
                    "fields[1].name is not 1 to 100 printable characters, the first of them no $",
                    "fields[1].role is no role",
                    "fields[2].values is missing",
                    "fields[3].values stands at a field of type text",
                    "fields[5].type is every lead's own $conversation",
                    "fields[6].role is the role of a field above already",
                    "fields[7].size is not known here",
                    "fields[7].name is missing",
                ],
                ignoreOrder: true
            );
    }

    [Fact]
    public async Task The_one_with_the_role_of_email_is_what_leads_are_matched_by()
    {
        await stores.RouteAsync("role");
        await stores.SaveSourceAsync("role", fields: [new LeadField("workMail", FieldType.Email, "Mail", "email", [])]);

        var told = await stores.CaptureAsync(
            "role",
            stores.Patch(
                "1",
                new
                {
                    lastName = "L",
                    email = "private@home.example",
                    workMail = " Ada.L+x@Engines.example ",
                }
            )
        );

        told.Mapped.ShouldHaveSingleItem().Item.Match.Email.ShouldBe("ada.l+x@engines.example");
    }

    [Fact]
    public async Task Those_with_the_roles_of_company_and_website_tell_where_the_person_works()
    {
        await stores.RouteAsync("works");
        await stores.SaveSourceAsync(
            "works",
            fields: [new LeadField("employer", FieldType.Text, "Employer", "company", [])]
        );

        var told = await stores.CaptureAsync(
            "works",
            stores.Patch(
                "1",
                new
                {
                    lastName = "L",
                    company = "Not this one",
                    employer = " Analytical Engines ",
                    website = "https://engines.example/about",
                }
            )
        );

        var match = told.Mapped.ShouldHaveSingleItem().Item.Match;
        (match.Company, match.Website).ShouldBe(("Analytical Engines", "https://engines.example/about"));
    }

    [Fact]
    public async Task What_was_seen_and_not_declared_is_offered_and_what_does_not_fit_is_kept_and_flagged()
    {
        await stores.RouteAsync("seen");
        await stores.SaveSourceAsync("seen", fields: [new LeadField("windows", FieldType.Number, "Windows", null, [])]);

        await stores.CaptureAsync(
            "seen",
            stores.Patch(
                "1",
                new
                {
                    lastName = "L",
                    budget = 5,
                    windows = "many",
                }
            )
        );
        await stores.CaptureAsync(
            "seen",
            stores.Patch(
                "2",
                new
                {
                    lastName = "L",
                    budget = "a lot",
                    windows = 3,
                }
            )
        );
        await stores.Seen.RunOnceAsync(Stop);
        await stores.CaptureAsync("seen", stores.Patch("3", new { budget = 7 }));
        await stores.Seen.RunOnceAsync(Stop);

        var seen = await stores.SeenFieldStore.ReadAsync("seen", "form", Stop);
        seen.Select(field => (field.Name, field.Type, field.Count, field.Misfits, field.MisfitReason))
            .ShouldBe([("budget", "text", 3, 0, null), ("windows", "text", 1, 1, "is no number")]);
    }

    [Fact]
    public async Task Of_a_source_that_makes_names_up_some_hundreds_are_kept()
    {
        for (var round = 0; round < 4; round++)
        {
            await stores.CaptureAsync(
                "endless",
                stores.Patch(
                    "1",
                    Enumerable
                        .Range(0, 100)
                        .ToDictionary(number => $"field{round}-{number}", number => number, StringComparer.Ordinal)
                )
            );
            await stores.Seen.RunOnceAsync(Stop);
        }

        (await stores.SeenFieldStore.ReadAsync("endless", "form", Stop)).Count.ShouldBe(300);
    }
}
