using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using LeadSync.Gateway.Capture;

namespace LeadSync.Gateway.Tests.Capture;

public sealed class When_a_body_is_cut_into_lines
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a", "a")]
    [InlineData("a\n", "a")]
    [InlineData("a\nb", "a|b")]
    [InlineData("a\r\nb\r\n", "a\r|b\r")]
    [InlineData("\n \n\t\r\na\n\n", "a")]
    [InlineData("12345678\nb", "12345678|b")]
    [InlineData("123456789\nb", "too long|b")]
    [InlineData("a\n123456789", "a|too long")]
    [InlineData("a\n1234567890123456789012345\n\nb\n", "a|too long|b")]
    [InlineData("\uFEFFa\nb", "a|b")]
    [InlineData("\uFEFF", "")]
    public async Task It_makes_no_difference_in_which_pieces_it_arrives(string body, string lines)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        for (var piece = 1; piece <= bytes.Length + 1; piece++)
        {
            foreach (var most in new[] { 1, 2, 500 })
                (await CutAsync(bytes, piece, most)).ShouldBe(lines, $"in pieces of {piece}, {most} at a time");
        }
        string.Join('|', LineReader.Cut(new ReadOnlySequence<byte>(bytes), 8, 500, Text, () => "too long"))
            .ShouldBe(lines);
    }

    [Fact]
    public async Task A_line_that_has_arrived_is_not_kept_waiting_for_the_next()
    {
        var pipe = new Pipe();
        var lines = new LineReader(pipe.Reader, 100);
        await pipe.Writer.WriteAsync("a\nb\nhalf a l"u8.ToArray(), TestContext.Current.CancellationToken);

        var first = await lines.NextAsync(500, Text, () => "", TestContext.Current.CancellationToken);
        await pipe.Writer.WriteAsync("ine\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var second = await lines.NextAsync(500, Text, () => "", TestContext.Current.CancellationToken);

        first.ShouldBe(["a", "b"]);
        second.ShouldBe(["half a line"]);
    }

    [Fact]
    public async Task A_line_without_end_is_not_gathered_in_memory()
    {
        // A pipe that holds little: a reader that waited for the line's end would wait for ever.
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1_000, resumeWriterThreshold: 500));
        var writing = Task.Run(
            async () =>
            {
                for (var i = 0; i < 1_000; i++)
                    await pipe.Writer.WriteAsync(
                        new byte[1_000]
                            .Select(_ => (byte)'x')
                            .ToArray()
                    );
                await pipe.Writer.CompleteAsync();
            },
            TestContext.Current.CancellationToken
        );

        var lines = await new LineReader(pipe.Reader, 100).NextAsync(
            500,
            Text,
            () => "too long",
            TestContext.Current.CancellationToken
        );

        await writing;
        lines.ShouldBe(["too long"]);
    }

    private static string Text(ReadOnlySequence<byte> line) => Encoding.UTF8.GetString(line);

    private static async Task<string> CutAsync(byte[] body, int piece, int most)
    {
        var pipe = new Pipe();
        var reader = new LineReader(pipe.Reader, 8);
        var cutting = Task.Run(async () =>
        {
            var all = new List<string>();
            while (await reader.NextAsync(most, Text, () => "too long", CancellationToken.None) is { Count: > 0 } some)
                all.AddRange(some);
            return all;
        });
        foreach (var part in body.Chunk(piece))
            await pipe.Writer.WriteAsync(part);
        await pipe.Writer.CompleteAsync();
        return string.Join('|', await cutting);
    }
}
