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

    /// <summary>Strings that break programs; skips the test where they are not beside this checkout.</summary>
    public static IReadOnlyList<string> Naughty() =>
        [
            .. JsonDocument
                .Parse(File.ReadAllText(Path("naughty-strings.json")))
                .RootElement.EnumerateArray()
                .Select(entry => entry.GetString()!),
        ];

    /// <summary>Five hundred people of the United States; skips the test where they are not beside this checkout.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> People()
    {
        var lines = File.ReadAllLines(Path("us-500.csv"));
        var names = Cells(lines[0]);
        return
        [
            .. lines
                .Skip(1)
                .Select(line =>
                    names.Zip(Cells(line)).ToDictionary(cell => cell.First, cell => cell.Second, StringComparer.Ordinal)
                ),
        ];
    }

    // No cell of that file spans lines or holds a quote.
    private static List<string> Cells(string line)
    {
        var cells = new List<string> { "" };
        var isQuoted = false;
        foreach (var sign in line)
        {
            if (sign == '"')
                isQuoted = !isQuoted;
            else if (sign == ',' && !isQuoted)
                cells.Add("");
            else
                cells[^1] += sign;
        }
        return cells;
    }

    private static string Path(string name)
    {
        var path = System.IO.Path.Combine(Checkout.Root, "..", "shared", "data", name);
        Assert.SkipUnless(
            File.Exists(path),
            $"The data that lies beside some checkouts ({name}) is not beside this one."
        );
        return path;
    }
}
