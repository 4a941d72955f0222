using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Push.TestBatches;

/// <summary>Marks the records that test batches create, so that people recognise them and can delete them. Pure.</summary>
public static class TestMark
{
    /// <summary>What the name of such a record ends with.</summary>
    public const string Text = " (LeadSync test)";

    // As long as a last name may be in Salesforce.
    private const int Longest = 80;

    // Every person has the first; whoever maps none of them creates nobody either, for CRMs ask for it.
    private static readonly string[] Names = ["LastName", "lastname", "Company", "company"];

    /// <summary>The fields of a create with the mark at the end of the name, which is cut where it would become too long.</summary>
    public static List<FieldDecision> On(List<FieldDecision> fields)
    {
        var name = Names
            .Select(name => fields.Find(field => field.Field == name && field.After.ValueKind == JsonValueKind.String))
            .FirstOrDefault(field => field is not null);
        if (name is null)
            return fields;
        var text = name.After.GetString()!.Trim();
        var room = Longest - Text.Length;
        // Half a character is none.
        var cut = text.Length <= room ? text : text[..(char.IsHighSurrogate(text[room - 1]) ? room - 1 : room)];
        var marked = name with { After = JsonSerializer.SerializeToElement(cut + Text) };
        return [.. fields.Select(field => ReferenceEquals(field, name) ? marked : field)];
    }
}
