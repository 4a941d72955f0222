using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadSync.Contracts.Tests;

public sealed class When_an_event_goes_over_the_wire
{
    private static readonly JsonSerializerOptions Indented = new(Wire.Json) { WriteIndented = true, NewLine = "\n" };

    [Theory]
    [MemberData(nameof(EventFiles.Names), MemberType = typeof(EventFiles))]
    public void Its_sample_reads_and_writes_the_same_json(string name)
    {
        var files = EventFiles.Of(name);

        var written = JsonSerializer.SerializeToNode(files.Read(files.Sample), files.List, Wire.Json);

        JsonNode.DeepEquals(written, files.Sample).ShouldBeTrue($"{written}\n\nis not the sample\n\n{files.Sample}");
    }

    [Theory]
    [MemberData(nameof(EventFiles.Names), MemberType = typeof(EventFiles))]
    public void Its_sample_shows_every_member(string name)
    {
        var files = EventFiles.Of(name);
        var shown = new HashSet<string>(StringComparer.Ordinal);
        Collect(files.Sample, "", shown);

        Members(EventSchema.Of(files), "").Except(shown, StringComparer.Ordinal).ShouldBeEmpty();
    }

    // A changed name, type or requirement shows as a changed schema: a deliberate change renews the file, and review sees it.
    [Theory]
    [MemberData(nameof(EventFiles.InternalNames), MemberType = typeof(EventFiles))]
    public void Its_schema_is_what_its_record_says(string name)
    {
        var files = EventFiles.Of(name);

        Written.ShouldBeCurrent(files.SchemaPath, EventSchema.Of(files).ToJsonString(Indented) + "\n");
    }

    [Theory]
    [MemberData(nameof(EventFiles.Names), MemberType = typeof(EventFiles))]
    public void A_required_member_that_is_missing_makes_it_unreadable(string name)
    {
        var files = EventFiles.Of(name);
        foreach (var member in Required(EventSchema.Of(files)["properties"]!["items"]!["items"]!))
        {
            var json = files.Sample;
            json["items"]![0]!.AsObject().Remove(member).ShouldBeTrue(member);

            Should.Throw<JsonException>(() => files.Read(json), member);
        }
    }

    [Theory]
    [MemberData(nameof(EventFiles.Names), MemberType = typeof(EventFiles))]
    public void A_member_of_a_later_version_is_ignored(string name)
    {
        var files = EventFiles.Of(name);
        var json = files.Sample;
        json["later"] = 1;
        json["items"]![0]!["later"] = new JsonObject { ["of"] = "a later version" };

        JsonNode
            .DeepEquals(JsonSerializer.SerializeToNode(files.Read(json), files.List, Wire.Json), files.Sample)
            .ShouldBeTrue();
    }

    [Fact]
    public void Text_is_escaped_no_more_than_json_asks_for()
    {
        const string name = "Zoë <&'+> 李雷";

        var json = JsonSerializer.Serialize(
            new LeadWithdrawn
            {
                Workspace = "acme",
                Items =
                [
                    new WithdrawnLead
                    {
                        EventId = Guid.Empty,
                        OccurredAt = DateTimeOffset.UnixEpoch,
                        Source = "form",
                        LeadId = name,
                    },
                ],
            },
            Wire.Json
        );

        json.ShouldBe(
            $$"""{"workspace":"acme","items":[{"eventId":"00000000-0000-0000-0000-000000000000","occurredAt":"1970-01-01T00:00:00+00:00","source":"form","leadId":"{{name}}"}]}"""
        );
    }

    [Fact]
    public void Its_exchange_keeps_its_name() =>
        new[]
        {
            (EventKinds.Capture.Exchange, "leadsync.capture"),
            (EventKinds.Withdraw.Exchange, "leadsync.withdraw"),
            (EventKinds.LeadCaptured.Exchange, "leadsync.lead-captured"),
            (EventKinds.LeadWithdrawn.Exchange, "leadsync.lead-withdrawn"),
            (EventKinds.LeadMapped.Exchange, "leadsync.lead-mapped"),
            (EventKinds.RecordMatched.Exchange, "leadsync.record-matched"),
            (EventKinds.RecordWritten.Exchange, "leadsync.record-written"),
            (EventKinds.SyncFailed.Exchange, "leadsync.sync-failed"),
            (EventKinds.RecordPulled.Exchange, "leadsync.record-pulled"),
            (EventKinds.LeadImported.Exchange, "leadsync.lead-imported"),
            (EventKinds.SettingChanged.Exchange, "leadsync.setting-changed"),
        }.ShouldAllBe(pair => pair.Item1 == pair.Item2);

    [Fact]
    public void Every_event_of_the_contracts_has_its_files()
    {
        var lists = typeof(LeadCaptured)
            .Assembly.GetExportedTypes()
            .Where(type => type.GetInterfaces().Any(IsEventList))
            .Order(Comparer<Type>.Create((a, b) => string.CompareOrdinal(a.Name, b.Name)));

        EventFiles.All.Select(files => files.List).OrderBy(type => type.Name, StringComparer.Ordinal).ShouldBe(lists);
    }

    private static bool IsEventList(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEventList<>);

    private static IEnumerable<string> Required(JsonNode schema) =>
        schema["required"]!.AsArray().Select(member => member!.GetValue<string>());

    private static IEnumerable<string> Members(JsonNode? schema, string path)
    {
        if (schema is not JsonObject)
            yield break;
        foreach (var (name, member) in schema["properties"]?.AsObject() ?? [])
        {
            yield return $"{path}/{name}";
            foreach (var inner in Members(member, $"{path}/{name}"))
                yield return inner;
        }
        foreach (var inner in Members(schema["items"], path))
            yield return inner;
    }

    private static void Collect(JsonNode? json, string path, HashSet<string> into)
    {
        switch (json)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    into.Add($"{path}/{name}");
                    Collect(value, $"{path}/{name}", into);
                }
                break;
            case JsonArray entries:
                foreach (var entry in entries)
                    Collect(entry, path, into);
                break;
        }
    }
}
