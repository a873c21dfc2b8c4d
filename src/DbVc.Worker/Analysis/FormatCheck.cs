using DbVc.PipelineRuntime;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace DbVc.Worker;

/// <summary>Checks the layout: four spaces a level, braces on lines of their own, no trailing space, lines of at most 160 letters.</summary>
internal static class FormatCheck
{
    private const int MaxLineLength = 160;
    private const int Indentation = 4;

    public static IEnumerable<WireFinding> Run(SyntaxTree tree) => CheckLines(tree).Concat(CheckIndentation(tree));

    private static IEnumerable<WireFinding> CheckLines(SyntaxTree tree)
    {
        var text = tree.GetText();
        foreach (var line in text.Lines)
        {
            var content = text.ToString(line.Span);
            if (content.Length > MaxLineLength)
                yield return At(tree, line.Span, $"The line has {content.Length} letters; the limit is {MaxLineLength}.");
            if (content.Length > 0 && content[^1] is ' ' or '\t' && !InsideLiteral(tree, line.End - 1))
                yield return At(tree, line.Span, "Space at the end of the line.");
            if (content.AsSpan(0, content.Length - content.AsSpan().TrimStart().Length).Contains('\t'))
                yield return At(tree, line.Span, "A tab indents the line.");
        }
        if (text.Length > 0 && text[text.Length - 1] != '\n')
            yield return At(tree, new TextSpan(text.Length, 0), "The last line does not end with a line break.");
    }

    private static IEnumerable<WireFinding> CheckIndentation(SyntaxTree tree)
    {
        var text = tree.GetText();
        foreach (var node in tree.GetRoot().DescendantNodes())
        {
            var (open, close, members) = Parts(node);
            if (open.IsMissing || open.IsKind(SyntaxKind.None) || LineOf(text, open.SpanStart) == LineOf(text, close.SpanStart))
                continue;
            if (!IsFirstOnLine(text, open.SpanStart))
            {
                yield return At(tree, open.Span, "An opening brace stands on a line of its own.");
                continue;
            }
            var column = ColumnOf(text, open.SpanStart);
            foreach (var member in members)
            {
                if (IsFirstOnLine(text, member.SpanStart) && ColumnOf(text, member.SpanStart) != column + Indentation && member is not LabeledStatementSyntax)
                    yield return At(tree, new TextSpan(member.SpanStart, 0), $"The line should be indented by {column + Indentation} spaces.");
            }
        }
    }

    private static (SyntaxToken Open, SyntaxToken Close, IEnumerable<SyntaxNode> Members) Parts(SyntaxNode node) => node switch
    {
        BlockSyntax { Parent: not AnonymousFunctionExpressionSyntax } block => (block.OpenBraceToken, block.CloseBraceToken, block.Statements),
        TypeDeclarationSyntax type => (type.OpenBraceToken, type.CloseBraceToken, type.Members),
        EnumDeclarationSyntax type => (type.OpenBraceToken, type.CloseBraceToken, type.Members),
        NamespaceDeclarationSyntax space => (space.OpenBraceToken, space.CloseBraceToken, space.Members),
        SwitchStatementSyntax choice => (choice.OpenBraceToken, choice.CloseBraceToken, choice.Sections),
        _ => (default, default, []),
    };

    private static bool InsideLiteral(SyntaxTree tree, int position) =>
        tree.GetRoot().FindToken(position).Kind()
            is SyntaxKind.StringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken or SyntaxKind.InterpolatedStringTextToken;

    private static int LineOf(SourceText text, int position) => text.Lines.IndexOf(position);

    private static int ColumnOf(SourceText text, int position) => position - text.Lines.GetLineFromPosition(position).Start;

    private static bool IsFirstOnLine(SourceText text, int position)
    {
        var start = text.Lines.GetLineFromPosition(position).Start;
        return string.IsNullOrWhiteSpace(text.ToString(TextSpan.FromBounds(start, position)));
    }

    private static WireFinding At(SyntaxTree tree, TextSpan span, string message) =>
        Findings.At(Location.Create(tree, span), "lint.format", message, isError: false);
}
