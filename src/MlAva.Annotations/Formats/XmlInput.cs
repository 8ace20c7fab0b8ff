using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace MlAva.Annotations.Formats;

/// <summary>Reads an XML file with its lines, and without anything from outside of it.</summary>
static class XmlInput
{
    public static XElement Read(string path)
    {
        using Stream stream = InputFile.Open(path);
        try
        {
            using XmlReader reader = XmlReader.Create(stream, new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return XDocument.Load(reader, LoadOptions.SetLineInfo).Root!;
        }
        catch (XmlException e)
        {
            throw new AnnotationFormatException(path, e.LineNumber, $"what is no XML ({e.Message})", "an XML file of CVAT",
                "export the annotations again; if they came in a zip archive, unpack it first", e);
        }
        catch (InvalidDataException e)
        {
            throw InputFile.Damaged(path, e);
        }
    }

    public static ImportBuilder.Place Place(string file, XElement element) =>
        new(file, ((IXmlLineInfo)element).LineNumber, $"<{element.Name.LocalName}>");

    public static string Text(ImportBuilder.Place place, XElement element, string name) => element.Attribute(name)?.Value
        ?? throw place.Error($"no attribute '{name}'", $"{name}=\"…\"", "export the annotations again");

    public static double Number(ImportBuilder.Place place, XElement element, string name)
    {
        string text = Text(place, element, name);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value
            : throw place.Error($"{name}=\"{text}\"", "a finite number", "correct the number, or remove the element");
    }

    public static long Integer(ImportBuilder.Place place, XElement element, string name)
    {
        string text = Text(place, element, name);
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value <= int.MaxValue ? value
            : throw place.Error($"{name}=\"{text}\"", "a whole number of at least 0", "correct the number, or remove the element");
    }
}
