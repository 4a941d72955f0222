using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace LeadSync.Mapping.Transforms;

/// <summary>
/// <c>stripHtml</c>: the text that a reader of the page would see, with line breaks where its blocks end. Read by a parser
/// as browsers do it; a text without markup stays as it is.
/// </summary>
public sealed record StripHtml : Transform
{
    private static readonly FrozenSet<string> Blocks = (
        "ADDRESS ARTICLE ASIDE BLOCKQUOTE DD DIV DL DT FIGURE FOOTER FORM H1 H2 H3 H4 H5 H6 HEADER HR LI MAIN "
        + "NAV OL P PRE SECTION TABLE TR UL"
    )
        .Split(' ')
        .ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Unseen = "HEAD IFRAME NOSCRIPT SCRIPT STYLE TEMPLATE TITLE"
        .Split(' ')
        .ToFrozenSet(StringComparer.Ordinal);

    public override string Name => "stripHtml";

    public override JsonNode? Options() => null;

    public override Transformed Apply(JsonElement value, Destination destination) => EachText(value, Strip);

    public static string Strip(string text)
    {
        if (text.AsSpan().IndexOfAny('<', '&') < 0)
            return text;
        // One for each text: a parser says nothing of being used by several at once.
        using var document = new HtmlParser().ParseDocument(text);
        if (document.Body is null)
            return "";
        var written = new StringBuilder(text.Length);
        // Not recursive: whoever nests a thousand tags must not end the process.
        for (INode? node = document.Body.FirstChild; node is not null; node = Next(node, document.Body, written))
            Enter(node, written);
        return Tidy(written.ToString());
    }

    private static void Enter(INode node, StringBuilder written)
    {
        if (node is IText text)
        {
            foreach (var character in text.Data)
                written.Append(char.IsWhiteSpace(character) && character != '\u00A0' ? ' ' : character);
        }
        else if (node is IElement element)
        {
            if (Blocks.Contains(element.TagName) || element.TagName == "BR")
                written.Append('\n');
            if (element.TagName == "LI")
                written.Append("- ");
            else if (element.TagName is "TD" or "TH" && element.PreviousElementSibling is not null)
                written.Append(' ');
        }
    }

    private static INode? Next(INode node, INode root, StringBuilder written)
    {
        if (node.FirstChild is { } child && !(node is IElement { TagName: var name } && Unseen.Contains(name)))
            return child;
        for (var at = node; at is not null && at != root; at = at.Parent)
        {
            if (at is IElement element && Blocks.Contains(element.TagName))
                written.Append('\n');
            if (at.NextSibling is { } sibling)
                return sibling;
        }
        return null;
    }

    // One line for each block, none empty twice.
    private static string Tidy(string text)
    {
        var lines = text.Replace('\u00A0', ' ').Split('\n').Select(CollapseSpaces.Collapse);
        return string.Join('\n', lines.Where(line => line.Length > 0 && line != "-"));
    }
}
