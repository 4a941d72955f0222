using System.Text.Json;
using LeadSync.Testing;

namespace LeadSync.Mapping.Tests;

/// <summary>Texts from the world outside, where they are beside this checkout.</summary>
internal static class Corpus
{
    /// <summary>Names in more scripts than one.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "Ada Lovelace",
        "Zoë Kravitz",
        "Ἀριστοτέλης",
        "Иван Петров",
        "محمد بن راشد",
        "דוד בן גוריון",
        "नरेन्द्र मोदी",
        "สมชาย ใจดี",
        "გიორგი ბერიძე",
        "Արամ Խաչատրյան",
        "王小明",
        "山田　太郎",
        "김민준",
        "Nguyễn Văn Anh",
        "ᏣᎳᎩ",
        "𐐔𐐯𐑅𐐨𐑉𐐯𐐻",
    ];

    /// <summary>Strings that break programs; none where they are not there (<see cref="Path"/>).</summary>
    public static IReadOnlyList<string> Naughty() =>
        Path("naughty-strings.json") is not { } path
            ? []
            : [.. JsonDocument.Parse(File.ReadAllText(path)).RootElement.EnumerateArray().Select(Text)];

    // Some are there in base64 too; an entry is a text, or an object that holds one.
    private static string Text(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.String ? entry.GetString()! : entry.GetRawText();

    /// <summary>A file of that folder of data that lies beside some checkouts; null where it does not.</summary>
    public static string? Path(string name)
    {
        var path = System.IO.Path.Combine(Checkout.Root, "..", "shared", "data", name);
        return File.Exists(path) ? path : null;
    }
}
