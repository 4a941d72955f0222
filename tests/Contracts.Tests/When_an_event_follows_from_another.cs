namespace LeadSync.Contracts.Tests;

/// <summary>Ids of derived events are a wire format: a changed one would make every redelivery a new happening.</summary>
public sealed class When_an_event_follows_from_another
{
    private static readonly Guid Connection = new("019c1187-0a10-7c3b-8a54-2b6f0d9e7c31");

    [Fact]
    public void Its_id_keeps_its_value()
    {
        EventIds.Derive("LeadMapped").ToString().ShouldBe("9cacd8d9-25a7-860a-99f4-0342b9f3195c");
        EventIds.Derive("captured", "acme", "form", "Zoë").ToString().ShouldBe("77a932a0-6135-8811-8405-2230126fb0d2");
        EventIds
            .Derive("LeadMapped", new LeadKey("acme", "form", "1"), Connection, 1_769_851_798_512_346)
            .ToString()
            .ShouldBe("2b88eab4-e2e1-8584-b521-255dd9a4f086");
    }

    [Fact]
    public void Its_id_is_a_uuid_of_version_8()
    {
        var id = EventIds.Derive("x", "y");

        id.Version.ShouldBe(8);
        (id.Variant & 0b1100).ShouldBe(0b1000);
    }

    [Fact]
    public void Different_facts_never_run_together()
    {
        var ids = new[]
        {
            EventIds.Derive("a", "b", "c"),
            EventIds.Derive("a", "bc"),
            EventIds.Derive("ab", "c"),
            EventIds.Derive("abc"),
            EventIds.Derive("a", "b", "c", ""),
            EventIds.Derive("a", "", "b", "c"),
        };

        ids.Distinct().Count().ShouldBe(ids.Length);
    }
}
