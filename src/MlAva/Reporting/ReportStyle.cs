namespace MlAva.Reporting;

/// <summary>Style and script of reports; all of it lies in the page.</summary>
static class ReportStyle
{
    /// <summary>What the pieces of a report need, wherever they stand: every rule is bound to <c>.mlava</c>.</summary>
    public const string Pieces = """
        .mlava{--paper:#fbfbf9;--ink:#1b1f24;--soft:#59616b;--line:#e2e4e6;--faint:#eef0f1;--clip:#1f6fb2;--wash:#1f6fb21a;--still:#cd7418;--base:#6f7782;
          --hit:#0a7556;--wrong:#b3401a;--missed:#59616b;--box:#e3a33c;--class:#b3401a;--twice:#8c6bb1;--ground:#b7bdc4;--lost:#4a525b;color-scheme:light;
          background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
          -webkit-print-color-adjust:exact;print-color-adjust:exact}
        @media screen and (prefers-color-scheme:dark){.mlava{--paper:#15181b;--ink:#e5e7e9;--soft:#a2aab3;--line:#30363c;--faint:#22272b;--clip:#5cabe8;
          --wash:#5cabe826;--still:#eba450;--base:#8d96a0;--hit:#4fc6a3;--wrong:#f58d62;--missed:#a2aab3;
          --box:#dca043;--class:#e0683c;--twice:#a98bd0;--ground:#59626b;--lost:#c3c9cf;color-scheme:dark}}
        .mlava *{box-sizing:border-box}
        .mlava .num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .mlava .soft{color:var(--soft)}
        .mlava .mark{margin-left:.5em;color:var(--clip);font-size:.68em;vertical-align:.15em;cursor:help}
        .mlava table{border-collapse:collapse;width:100%;font-size:14px}
        .mlava th{font-weight:400;text-align:left}
        .mlava thead th{color:var(--soft);font-size:12px;line-height:1.25;vertical-align:bottom}
        .mlava thead th.num{text-align:right}
        .mlava .bars th,.mlava .bars td{padding:3px 0}
        .mlava .bars .num{padding-left:16px;width:1%}
        .mlava .bars tbody th{padding-right:16px}
        .mlava .bars tbody th{width:1%;white-space:nowrap}
        .mlava .bars .group th,.mlava .bars .group td{padding-top:18px;font-weight:600}
        .mlava .bars tbody .group th{max-width:0;white-space:nowrap}
        .mlava .bars .truths{color:var(--soft);padding-right:16px}
        .mlava .bars .scale{position:relative;height:18px}
        .mlava .bars .scale span{position:absolute;bottom:3px;left:0}
        .mlava .bars .scale span:nth-child(2){left:50%;transform:translateX(-50%)}
        .mlava .bars .scale span:nth-child(3){left:auto;right:0}
        .mlava .track div{position:relative;height:18px;border:solid var(--line);border-width:0 1px;
          background:linear-gradient(var(--line),var(--line)) 25%/1px 100% no-repeat,linear-gradient(var(--line),var(--line)) 50%/1px 100% no-repeat,
          linear-gradient(var(--line),var(--line)) 75%/1px 100% no-repeat}
        .mlava .track i{position:absolute;left:0}
        .mlava .track .clip{top:2px;height:9px;background:var(--clip);border-radius:0 2px 2px 0}
        .mlava .track .still{top:12px;height:4px;background:var(--still);border-radius:0 2px 2px 0}
        .mlava .track .base{top:0;height:18px;width:2px;margin-left:-1px;background:var(--ink);opacity:.75}
        .mlava .ap{font-weight:600}
        .mlava .part{background:currentColor}
        .mlava .track .part{top:3px;height:12px}
        .mlava .part.hit{color:var(--clip)}
        .mlava .part.box{color:var(--box)}
        .mlava .part.class{color:var(--class)}
        .mlava .part.twice{color:var(--twice)}
        .mlava .part.ground{color:var(--ground)}
        .mlava .part.lost{color:var(--lost)}
        .mlava .keys{display:flex;flex-wrap:wrap;gap:4px 20px;margin:0 0 10px;padding:0;list-style:none;font-size:13px;color:var(--soft)}
        .mlava .keys i{display:inline-block;width:14px;height:12px;margin-right:7px;vertical-align:-1px}
        .mlava .gains{max-width:720px}
        .mlava .stacks{font-size:13px}
        .mlava .stacks .track{min-width:220px}
        .mlava .stacks thead .num{white-space:normal}
        .mlava .parts .clip{height:12px;top:3px}
        .mlava .quarters{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(380px,100%),1fr));gap:32px 48px;align-items:start}
        .mlava details{margin-top:12px}
        .mlava summary{cursor:pointer;font-size:14px;color:var(--soft)}
        .mlava .worst{margin-top:4px}
        .mlava .chart .bar{fill:var(--clip);opacity:.75}
        .mlava .chart .share{fill:var(--ground)}
        .mlava .chart .bin:hover .bar{opacity:1}
        .mlava .heat{color:var(--clip)}
        .mlava .heat .cell{fill:currentColor}
        .mlava .heat .same{stroke:var(--base)}
        .mlava .heat .cell:hover{stroke:var(--ink)}
        .mlava .chart .name{fill:var(--ink)}
        .mlava .chart .whisker{stroke:currentColor;stroke-width:2;stroke-linecap:round;opacity:.55}
        .mlava .chart .better{color:var(--hit)}
        .mlava .chart .worse{color:var(--wrong)}
        .mlava .chart{display:block;width:100%;height:auto;overflow:visible}
        .mlava .chart text{font:11px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--soft);font-variant-numeric:tabular-nums}
        .mlava .chart .end{text-anchor:end}
        .mlava .chart .mid{text-anchor:middle}
        .mlava .chart .grid{stroke:var(--line)}
        .mlava .chart .axis{stroke:var(--base)}
        .mlava .chart .line{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
        .mlava .chart .level{stroke:currentColor;stroke-width:1.5;stroke-dasharray:2 4;stroke-linecap:round}
        .mlava .chart .dot{fill:currentColor}
        .mlava .chart .best{fill:var(--paper);stroke:var(--ink);stroke-width:2}
        .mlava .chart .reach{fill:transparent}
        .mlava .chart .value{font-weight:600;fill:var(--ink)}
        .mlava .chart .value,.mlava .chart .note{paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
        .mlava .chart .clip{color:var(--clip)}
        .mlava .chart .still{color:var(--still)}
        .mlava .chart .base{color:var(--base)}
        .mlava .chart .ink{color:var(--ink)}
        .mlava .chart .area{fill:var(--wash)}
        .mlava .chart .raw{fill:none;stroke:var(--base);stroke-width:1;stroke-linejoin:round}
        .mlava figure{margin:0;min-width:0}
        .mlava .curves{display:grid;grid-template-columns:repeat(auto-fill,minmax(190px,1fr));gap:26px 28px}
        .mlava .curve figcaption{display:flex;justify-content:space-between;gap:8px;font-size:14px;margin-bottom:6px}
        .mlava .curve .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
        .mlava .curve .num{font-weight:600}
        .mlava .curve .under{margin:2px 0 0;font-size:12px;color:var(--soft);text-align:center;font-variant-numeric:tabular-nums}
        .mlava .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(360px,100%),1fr));gap:28px 40px}
        .mlava .pair figure{max-width:560px}
        .mlava .pair figcaption{font-size:14px;margin-bottom:8px}
        .mlava .wide{overflow-x:auto}
        .mlava .classes{font-size:13px}
        .mlava .classes th,.mlava .classes td{padding:5px 7px;white-space:nowrap}
        @media screen{.mlava .thresholds .classes th,.mlava .thresholds .classes td{padding:5px 4px}}
        .mlava .classes tr>:first-child{padding-left:0}
        .mlava .classes tr>:last-child{padding-right:0}
        .mlava .classes .over th{text-align:center;border-bottom:1px solid var(--line)}
        .mlava .classes tbody tr{border-top:1px solid var(--faint)}
        .mlava .classes tbody tr:first-child,.mlava .classes tfoot tr{border-top:1px solid var(--base)}
        .mlava .classes button{all:unset;cursor:pointer}
        .mlava .classes button:focus-visible{outline:2px solid var(--clip);outline-offset:2px}
        .mlava .classes button:hover{color:var(--ink)}
        .mlava .classes [aria-sort] button{color:var(--ink);font-weight:600}
        @media (max-width:560px){.mlava .bars .truths{display:none}.mlava .bars .num{padding-left:10px}.mlava .bars tbody th{white-space:normal;min-width:128px;padding-right:10px;line-height:1.3}}
        """;

    /// <summary>The page around the pieces.</summary>
    public const string Page = """
        html{-webkit-text-size-adjust:100%}
        body{margin:0}
        main{max-width:1040px;margin:0 auto;padding:48px 32px 40px}
        h1{font-size:30px;line-height:1.2;font-weight:650;letter-spacing:-.015em;margin:0}
        .subtitle{margin:6px 0 0;color:var(--soft);font-size:16px}
        h2{font-size:19px;line-height:1.3;font-weight:650;letter-spacing:-.005em;margin:0 0 4px}
        section{margin-top:52px}
        section>p{margin:0 0 20px;color:var(--soft);max-width:74ch}
        section>p>.mark:first-child{margin-left:0}
        h3{font-size:15px;line-height:1.3;font-weight:600;margin:30px 0 6px}
        section>p.said{margin:0 0 12px;font-size:13px}
        section>p b,.verdict b{color:var(--ink);font-weight:600}
        .verdict{margin:28px 0 0;display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:20px 40px;max-width:820px}
        .verdict div{border-top:3px solid;padding-top:10px}
        .verdict .clip{border-color:var(--clip)}
        .verdict .still{border-color:var(--still)}
        .verdict .base{border-color:var(--base)}
        .verdict strong{display:block;font-size:38px;line-height:1.1;font-weight:650;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
        .verdict span{display:block;font-size:13px;line-height:1.4;color:var(--soft);margin-top:4px}
        .verdict span b{display:block;font-size:14px}
        .summary{margin:24px 0 0;font-size:16px;max-width:74ch}
        .facts{margin:28px 0 0;padding:18px 0 0;border-top:1px solid var(--line);display:grid;grid-template-columns:repeat(auto-fill,minmax(200px,1fr));gap:14px 32px}
        .facts dt{font-size:12px;color:var(--soft)}
        .facts dd{margin:0;font-size:14px;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
        .remarks{margin:28px 0 0;padding:12px 16px 12px 34px;border-left:3px solid var(--wrong);background:var(--faint);font-size:14px}
        .legend{display:flex;flex-wrap:wrap;gap:4px 20px;margin:0 0 14px;padding:0;list-style:none;font-size:13px;color:var(--soft)}
        .legend i{display:inline-block;width:20px;height:9px;margin-right:7px;border-radius:1px;vertical-align:0}
        .legend .clip{background:var(--clip)}
        .legend .still{background:var(--still);height:4px;vertical-align:2px}
        .legend .base{background:var(--ink);opacity:.75;width:2px;height:14px;vertical-align:-3px;border-radius:0}
        .legend .hit b{color:var(--hit)}
        .legend .wrong b{color:var(--wrong)}
        .legend .missed b{color:var(--missed)}
        .examples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(290px,100%),1fr));gap:36px 32px}
        .picture{position:relative;line-height:0;background:var(--faint)}
        .picture img{width:100%;height:auto}
        .picture svg{position:absolute;inset:0;width:100%;height:100%;overflow:hidden}
        .picture rect{fill:none;vector-effect:non-scaling-stroke}
        .picture .found{stroke-width:2.5px}
        .picture .found.halo{stroke-width:4px;stroke-opacity:.4}
        .picture .truth{stroke-width:1.5px;stroke-dasharray:5 4}
        .picture .truth.halo{stroke-width:3px;stroke-opacity:.4}
        .tag{font-size:12px;line-height:18px;min-width:18px;padding:0 4px;text-align:center;color:#14171a;font-weight:700;font-variant-numeric:tabular-nums}
        .picture .tag{position:absolute}
        .strip{display:block;width:100%;height:auto;margin-top:3px}
        .example figcaption{margin-top:8px;font-size:13px;color:var(--soft)}
        .persons,.persons ul{list-style:none;margin:0;padding:0}
        .persons>li{display:grid;grid-template-columns:18px 1fr;gap:10px;margin-top:8px}
        .persons .tag{align-self:start;margin-top:1px;border-radius:2px}
        .persons ul li{display:grid;grid-template-columns:12px 1fr 64px 30px;gap:7px;align-items:center;font-size:13px;line-height:20px}
        .persons ul span:first-child{font-weight:700;text-align:center}
        .persons .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
        .persons .bar{height:5px;background:var(--faint);border-radius:2px;overflow:hidden}
        .persons .bar i{display:block;height:100%;background:currentColor}
        .persons .hit :is(span:first-child,.bar){color:var(--hit)}
        .persons .wrong :is(span:first-child,.bar){color:var(--wrong)}
        .persons .missed{color:var(--missed)}
        .persons .missed .name{font-style:italic}
        footer{margin-top:60px;padding-top:16px;border-top:1px solid var(--line);font-size:13px;color:var(--soft)}
        footer p{margin:0 0 6px}
        code{font:12.5px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
        pre{margin:0 0 12px;padding:10px 14px;background:var(--faint);color:var(--ink);white-space:pre-wrap;overflow-wrap:anywhere}
        @media (max-width:560px){main{padding:28px 18px}h1{font-size:25px}.verdict{grid-template-columns:1fr 1fr;gap:20px}.verdict strong{font-size:31px}section{margin-top:42px}}
        @media print{@page{margin:13mm}.mlava{--paper:#fff;font-size:12px}main{max-width:none;padding:0}section{margin-top:28px}
          h1{font-size:24px}h2{font-size:16px}.verdict{grid-template-columns:repeat(3,1fr)}.verdict strong{font-size:30px}.facts{grid-template-columns:repeat(4,1fr)}
          .curve,.example,.mlava .bars tbody,.mlava .classes tr,.pair figure,.facts div,section>p{break-inside:avoid}h2,section>p,.legend{break-after:avoid}
          .mlava table,.mlava .pair figcaption,.mlava .curve figcaption,.summary{font-size:12px}.mlava .wide{overflow:visible}
          .mlava .classes tfoot{display:table-row-group}.mlava .classes{font-size:9.5px;break-inside:avoid}.mlava .classes thead th{font-size:9px}.mlava .classes th,.mlava .classes td{padding:3px 3px}
          .mlava .pair{grid-template-columns:1fr 1fr}.mlava .curves{grid-template-columns:repeat(4,1fr);gap:16px 24px}.mlava .curve .under{font-size:10px}
          .examples{grid-template-columns:repeat(3,1fr);gap:22px}.persons ul li{font-size:11px;line-height:16px;grid-template-columns:10px 1fr 26px 24px;gap:5px}}
        """;

    /// <summary>Makes the table of classes sortable; without it the table stands as it is.</summary>
    public const string Script = """
        document.querySelectorAll('table.classes').forEach(function (table) {
          var body = table.tBodies[0], heads = table.tHead.rows[1].cells;
          Array.from(heads).forEach(function (head, column) {
            var button = document.createElement('button');
            button.type = 'button';
            button.textContent = head.textContent;
            head.replaceChildren(button);
            button.addEventListener('click', function () {
              var numeric = head.className === 'num', down = head.hasAttribute('aria-sort') ? head.getAttribute('aria-sort') === 'ascending' : numeric;
              Array.from(heads).forEach(function (other) { other.removeAttribute('aria-sort'); });
              head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
              var key = function (row) { return row.cells[column].textContent.replace(/,/g, ''); };
              Array.from(body.rows).sort(function (a, b) {
                var x = key(a), y = key(b);
                if (!numeric) return (down ? -1 : 1) * x.localeCompare(y);
                var p = parseFloat(x), q = parseFloat(y);
                if (isNaN(p) || isNaN(q)) return isNaN(p) - isNaN(q);
                return down ? q - p : p - q;
              }).forEach(function (row) { body.appendChild(row); });
            });
          });
        });
        """;
}
