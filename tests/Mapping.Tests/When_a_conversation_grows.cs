using LeadSync.Contracts;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_conversation_grows(MappingUnderTest mapping) : IClassFixture<MappingUnderTest>
{
    private const string Config = """
        sources:
          - name: chat
        mappings:
          - connection: salesforce
            object: Lead
            fields:
              - { field: LastName, from: lastName }
              - { field: Company, from: company }
              - { field: Description, from: $conversation, transforms: [{ conversation: { zone: Europe/Berlin } }] }
        routes:
          - { source: chat, connection: salesforce, createAs: Lead }
        """;

    private static object Item(int minute, string text, object? fields = null) =>
        new
        {
            eventId = Guid.CreateVersion7(),
            occurredAt = $"2026-01-31T09:{minute:00}:00Z",
            source = "chat",
            leadId = "grows",
            fields,
            turns = new[]
            {
                new
                {
                    conversationId = "c",
                    turnId = $"{minute}",
                    at = $"2026-01-31T09:{minute:00}:00Z",
                    speaker = "Grace",
                    text,
                },
            },
        };

    private static MappedField Description(MappedLead lead) =>
        lead.Sections[0].Fields.Single(field => field.Field == "Description");

    [Fact]
    public async Task Each_capture_brings_all_turns_so_far_and_is_as_new_as_the_newest()
    {
        (await mapping.ApplyAsync(Config)).Status.ShouldBe(200);

        await mapping.CaptureAsync(Item(2, "second", new { lastName = "Hopper", company = "Navy" }));
        var first = (await mapping.HearMappedAsync("grows"))[0];
        // One that came late, and one that stands in the same batch as another.
        await mapping.CaptureAsync(Item(1, "first"));
        await mapping.HearMappedAsync("grows", atLeast: 2);
        await mapping.CaptureAsync(Item(3, "third"), Item(4, "fourth"));
        var last = (await mapping.HearMappedAsync("grows", atLeast: 3))[^1];

        Description(first).Value.GetString().ShouldBe("[2026-01-31 10:02] Grace: second");
        Description(last)
            .Value.GetString()
            .ShouldBe(
                "[2026-01-31 10:01] Grace: first\n[2026-01-31 10:02] Grace: second\n"
                    + "[2026-01-31 10:03] Grace: third\n[2026-01-31 10:04] Grace: fourth"
            );
        Description(last).CapturedAt.ShouldBe(new DateTimeOffset(2026, 1, 31, 9, 4, 0, TimeSpan.Zero));
    }
}
