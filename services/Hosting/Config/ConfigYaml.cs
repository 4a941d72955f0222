using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace LeadSync.Hosting.Config;

/// <summary>A YAML file that cannot be read; its text says where, and nothing of what stands there.</summary>
public sealed class UnreadableYamlException(string message) : Exception(message);

/// <summary>YAML in and out, by way of JSON: one reader knows the settings, whatever they are written in.</summary>
public static partial class ConfigYaml
{
    private const int MostNodes = 50_000;

    public static JsonNode? ToJson(string yaml)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException fault)
        {
            throw new UnreadableYamlException(
                $"The YAML cannot be read (line {fault.Start.Line}, column {fault.Start.Column}): it is not well formed, or a name stands twice."
            );
        }
        if (stream.Documents.Count > 1)
            throw new UnreadableYamlException("The file holds several YAML documents; give one.");
        var nodes = 0;
        return stream.Documents.Count == 0 ? null : Node(stream.Documents[0].RootNode, ref nodes);
    }

    private static JsonNode? Node(YamlNode node, ref int nodes)
    {
        // Aliases can make a small file enormous.
        if (++nodes > MostNodes)
            throw new UnreadableYamlException($"The file holds more than {MostNodes} values.");
        if (node is YamlScalarNode { Value: { } text } && !IsKeepable(text))
            throw new UnreadableYamlException($"A text holds NUL or half a character (line {node.Start.Line}).");
        switch (node)
        {
            case YamlMappingNode mapping:
                var members = new JsonObject();
                foreach (var (key, value) in mapping.Children)
                {
                    if (key is not YamlScalarNode { Value: { } name } || !IsKeepable(name))
                        throw new UnreadableYamlException($"A name is not a plain text (line {key.Start.Line}).");
                    members[name] = Node(value, ref nodes);
                }
                return members;
            case YamlSequenceNode sequence:
                var list = new JsonArray();
                foreach (var entry in sequence.Children)
                    list.Add(Node(entry, ref nodes));
                return list;
            default:
                return Scalar((YamlScalarNode)node);
        }
    }

    // No database keeps them.
    private static bool IsKeepable(string text)
    {
        for (var rest = text.AsSpan(); !rest.IsEmpty; )
        {
            if (rest[0] == '\0' || Rune.DecodeFromUtf16(rest, out _, out var length) != OperationStatus.Done)
                return false;
            rest = rest[length..];
        }
        return true;
    }

    // The YAML 1.2 core schema, and of its numbers only those that JSON writes so too: 007 and 1_000 stay texts.
    private static JsonValue? Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
            return JsonValue.Create(text);
        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            _ when NumberPattern().IsMatch(text)
                    && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) =>
                JsonValue.Create(number),
            _ => JsonValue.Create(text),
        };
    }

    [GeneratedRegex(@"^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$", RegexOptions.ExplicitCapture, 100)]
    private static partial Regex NumberPattern();

    /// <summary>Writes settings as YAML that <see cref="ToJson"/> reads to the same.</summary>
    public static string FromJson(JsonNode node)
    {
        var stream = new YamlStream(new YamlDocument(Yaml(node, depth: 0)));
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        stream.Save(writer, assignAnchors: false);
        var text = writer.ToString();
        return text.EndsWith("...\n", StringComparison.Ordinal) ? text[..^4]
            : text.EndsWith("...\r\n", StringComparison.Ordinal) ? text[..^5]
            : text;
    }

    private static YamlNode Yaml(JsonNode? node, int depth) =>
        node switch
        {
            JsonObject members => new YamlMappingNode(
                members.SelectMany(member => new[] { Word(member.Key), Yaml(member.Value, depth + 1) })
            )
            {
                // One line for each entry of a mapping, as people write it.
                Style = depth >= 4 ? MappingStyle.Flow : MappingStyle.Block,
            },
            JsonArray entries => new YamlSequenceNode(entries.Select(entry => Yaml(entry, depth + 1))),
            null => new YamlScalarNode("null"),
            JsonValue value when value.TryGetValue<string>(out var text) => Word(text),
            _ => new YamlScalarNode(node.ToJsonString()),
        };

    private static YamlScalarNode Word(string text) =>
        new YamlScalarNode(text)
        {
            Style =
                PlainPattern().IsMatch(text)
                && Scalar(new YamlScalarNode(text) { Style = ScalarStyle.Plain }) is JsonValue read
                && read.GetValueKind() == System.Text.Json.JsonValueKind.String
                    ? ScalarStyle.Plain
                    : ScalarStyle.DoubleQuoted,
        };

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_.-]*$", RegexOptions.None, 100)]
    private static partial Regex PlainPattern();
}
