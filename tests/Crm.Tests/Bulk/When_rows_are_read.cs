using System.Text;
using LeadSync.Crm.Salesforce.Bulk;

namespace LeadSync.Crm.Tests.Bulk;

public sealed class When_rows_are_read
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a,b\n1,2\n", "a|b;1|2")]
    [InlineData("a,b\r\n1,2\r\n", "a|b;1|2")]
    [InlineData("a,b\n1,2", "a|b;1|2")]
    [InlineData("\"a\",\"b\"\n\"1,\"\"2\"\"\",\"x\ny\"\n", "a|b;1,\"2\"|x\ny")]
    [InlineData("a,b\n,\n", "a|b;|")]
    [InlineData("a,b\n\"\",\"\"\n", "a|b;|")]
    [InlineData("a\n\"1\"", "a;1")]
    [InlineData("", "")]
    public async Task Each_value_is_as_it_was(string csv, string rows) => (await ReadAsync(csv)).ShouldBe(rows);

    [Theory]
    [InlineData("a\n\"1")]
    [InlineData("a\n\"1\"2\n")]
    public async Task What_is_no_row_is_refused(string csv) =>
        await Should.ThrowAsync<FormatException>(() => ReadAsync(csv));

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        using var reader = new CsvReader(new MemoryStream([0x61, 0x0a, 0xff, 0x0a]));

        await Should.ThrowAsync<FormatException>(async () =>
        {
            while (await reader.ReadAsync(Stop) is not null) { }
        });
    }

    [Fact]
    public async Task Whatever_is_written_is_read_back_however_it_arrives()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        const string characters = "a,\"\n\rZ '\\;é😀#";
        for (var trial = 0; trial < 2_000; trial++)
        {
            string[] values =
            [
                .. Enumerable
                    .Range(0, random.Next(1, 5))
                    .Select(_ => Texts.Random(random, characters, random.Next(0, 12)))
                    .Select(text => text == "#N/A" ? "" : text),
            ];
            var write = Say.Create("Lead", "{}") with
            {
                Fields = values
                    .Index()
                    .ToDictionary(
                        one => $"F{one.Index}",
                        one => System.Text.Json.JsonSerializer.SerializeToElement(one.Item),
                        StringComparer.Ordinal
                    ),
            };
            using var content = new CsvContent(
                [.. write.Fields.Keys],
                null,
                false,
                new[] { write }.ToAsyncEnumerable()
            );
            var bytes = await content.ReadAsByteArrayAsync(Stop);

            using var reader = new CsvReader(new Drops(bytes, random));
            await reader.ReadAsync(Stop);
            var read = await reader.ReadAsync(Stop);

            read.ShouldBe(values, $"seed {seed}, trial {trial}");
        }
    }

    private static async Task<string> ReadAsync(string csv)
    {
        using var reader = new CsvReader(new MemoryStream(Encoding.UTF8.GetBytes(csv)));
        var rows = new List<string>();
        while (await reader.ReadAsync(Stop) is { } row)
            rows.Add(string.Join('|', row));
        return string.Join(';', rows);
    }

    /// <summary>Gives a few bytes at a time, as a network may.</summary>
    private sealed class Drops(byte[] bytes, Random random) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, random.Next(1, 4))], cancellationToken);
    }
}
