"use strict";(self.rspackChunksophnet_jupyter=self.rspackChunksophnet_jupyter||[]).push([[1],{28(o,t,r){var e=r(29),n=r.n(e),a=r(30),p=(r.n(a))()(n());p.push([o.id,`/* Lines of magics within cells of Python: the words as the theme colors them in a prompt. */

.jp-sophnet-prose {
  color: var(--jp-content-font-color1);
  font-style: normal;
  font-weight: normal;
}

.jp-sophnet-magic {
  color: var(--jp-mirror-editor-meta-color);
  font-weight: normal;
}

.jp-sophnet-option {
  color: var(--jp-mirror-editor-attribute-color);
  font-weight: normal;
}

.jp-sophnet-value {
  color: var(--jp-mirror-editor-string-color);
  font-weight: normal;
}

.jp-sophnet-field {
  color: var(--jp-mirror-editor-variable-2-color);
}
`,""]),r.d(t,{},{A:p})},31(o,t,r){var e=r(29),n=r.n(e),a=r(30),p=(r.n(a))()(n());p.push([o.id,`/* What stands beside a cell: the mark in the gutter, the button on its outputs. */

.jp-Cell-inputWrapper:has(> .jp-sophnet-mark) {
  position: relative;
}

.jp-sophnet-mark {
  position: absolute;
  top: calc(var(--jp-code-font-size) * var(--jp-code-line-height) + 10px);
  left: var(--jp-cell-collapser-width);
  box-sizing: border-box;
  width: var(--jp-cell-prompt-width);
  padding-right: 4px;
  overflow: hidden;
  color: var(--jp-ui-font-color2);
  font-family: var(--jp-ui-font-family);
  font-size: 9px;
  line-height: 12px;
  text-align: right;
  text-overflow: ellipsis;
  white-space: nowrap;
  pointer-events: auto;
}

.jp-sophnet-mark[data-state="running"] {
  color: var(--jp-brand-color1);
}

.jp-sophnet-mark[data-state="failed"],
.jp-sophnet-mark[data-state="incomplete"] {
  color: var(--jp-error-color1);
}

/* In the gutter too, where it takes no room from the answer and covers none of it. */
.jp-Cell-outputWrapper:has(> .jp-sophnet-stop) > .jp-OutputArea {
  order: 2;
}

.jp-sophnet-stop {
  position: sticky;
  z-index: 1;
  top: 4px;
  order: 1;
  align-self: flex-start;
  box-sizing: border-box;
  width: calc(var(--jp-cell-prompt-width) - 8px);
  margin: 4px calc(4px - var(--jp-cell-prompt-width)) 0 4px;
  padding: 2px 0;
  border: var(--jp-border-width) solid var(--jp-border-color1);
  border-radius: var(--jp-border-radius);
  background: var(--jp-layout-color2);
  color: var(--jp-ui-font-color1);
  font-family: var(--jp-ui-font-family);
  font-size: var(--jp-ui-font-size1);
  cursor: pointer;
}

.jp-sophnet-stop:hover,
.jp-sophnet-stop:focus-visible {
  border-color: var(--jp-brand-color1);
  background: var(--jp-layout-color3);
}

.jp-sophnet-no-marks .jp-sophnet-mark,
.jp-sophnet-no-stop .jp-sophnet-stop {
  display: none;
}

.jp-sophnet-stop:disabled {
  opacity: 0.5;
  cursor: default;
}

/* A narrow window has no gutter: JupyterLab puts the prompt above the cell. */
@media only screen and (width <= 760px) {
  .jp-sophnet-mark {
    top: 10px;
    left: calc(var(--jp-cell-collapser-width) + var(--jp-cell-prompt-width));
    width: auto;
  }

  .jp-sophnet-stop {
    order: 3;
    width: auto;
    margin: 4px 8px 0 4px;
    padding: 2px 10px;
  }
}

/* What is being said: drawn, and not in the text. */
.jp-sophnet-partial {
  color: var(--jp-ui-font-color2);
  font-style: italic;
}

[data-command="sophnet:dictate"][aria-pressed="true"] path[fill] {
  fill: var(--jp-error-color1);
}
`,""]),r.d(t,{},{A:p})},33(o,t,r){var e=r(29),n=r.n(e),a=r(30),p=(r.n(a))()(n());p.push([o.id,`/* The pictures that a prompt names, below its first line. */

.jp-sophnet-pictures {
  display: flex;
  flex-wrap: wrap;
  gap: 6px;
  padding: 4px 6px;
}

.jp-sophnet-picture {
  color: var(--jp-ui-font-color2);
  font-family: var(--jp-ui-font-family);
  font-size: var(--jp-ui-font-size0);
}

.jp-sophnet-picture > img {
  display: block;
  max-width: 160px;
  max-height: 96px;
  border: var(--jp-border-width) solid var(--jp-border-color2);
  border-radius: var(--jp-border-radius);
}

.jp-sophnet-picture > button {
  padding: 1px 8px;
  border: var(--jp-border-width) solid var(--jp-border-color1);
  border-radius: var(--jp-border-radius);
  background: var(--jp-layout-color2);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size0);
  cursor: pointer;
}

.jp-sophnet-picture > button:hover,
.jp-sophnet-picture > button:focus-visible {
  border-color: var(--jp-brand-color1);
}
`,""]),r.d(t,{},{A:p})},32(o,t,r){var e=r(29),n=r.n(e),a=r(30),p=(r.n(a))()(n());p.push([o.id,`/* The panel in the right area. */

.jp-sophnet-side {
  box-sizing: border-box;
  min-width: 240px;
  padding: 8px;
  overflow-y: auto;
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size1);
}

.jp-sophnet-side button {
  padding: 1px 8px;
  border: var(--jp-border-width) solid var(--jp-border-color1);
  border-radius: var(--jp-border-radius);
  background: var(--jp-layout-color2);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size0);
  cursor: pointer;
}

.jp-sophnet-side button:hover,
.jp-sophnet-side button:focus-visible {
  border-color: var(--jp-brand-color1);
}

.jp-sophnet-side input:not([type="checkbox"]) {
  box-sizing: border-box;
  width: 100%;
  margin: 4px 0;
  padding: 3px 6px;
  border: var(--jp-border-width) solid var(--jp-border-color1);
  background: var(--jp-layout-color0);
  color: var(--jp-ui-font-color1);
}

.jp-sophnet-section {
  border-top: var(--jp-border-width) solid var(--jp-border-color2);
  margin-top: 6px;
  padding-top: 4px;
}

.jp-sophnet-section > summary {
  padding: 3px 0;
  font-weight: 600;
  cursor: pointer;
}

.jp-sophnet-said,
.jp-sophnet-top {
  margin: 4px 0;
  color: var(--jp-ui-font-color2);
}

.jp-sophnet-rows {
  margin: 0;
  padding: 0;
  list-style: none;
}

.jp-sophnet-rows > li {
  display: flex;
  flex-wrap: wrap;
  gap: 2px 6px;
  align-items: baseline;
  padding: 3px 2px;
  contain-intrinsic-size: auto 24px;
  content-visibility: auto;
}

.jp-sophnet-rows > li:hover,
.jp-sophnet-rows > li:focus-within {
  background: var(--jp-layout-color2);
}

.jp-sophnet-section > label {
  display: flex;
  gap: 4px;
  align-items: center;
}

.jp-sophnet-section > label > input {
  margin: 0;
}

.jp-sophnet-first {
  color: var(--jp-ui-font-color2);
}

.jp-sophnet-first,
.jp-sophnet-more {
  max-width: 100%;
  overflow: hidden;
  overflow-wrap: anywhere;
}

/* At the end of the last line, or of one of their own. */
.jp-sophnet-actions {
  display: flex;
  gap: 4px;
  margin-left: auto;
}

[data-what="models"] .jp-sophnet-first {
  color: inherit;
}

[data-what="usage"] .jp-sophnet-first {
  flex-basis: 100%;
}

/* A name and its value, in two columns. */
[data-what="connection"] > .jp-sophnet-rows > li {
  flex-wrap: nowrap;
}

[data-what="connection"] .jp-sophnet-first {
  flex: 0 0 4.5em;
}

/* Above, what it is; below, what was asked and what was answered, each on lines of its own. */
[data-what="chats"] .jp-sophnet-first {
  color: var(--jp-ui-font-color1);
  font-weight: 600;
}

[data-what="chats"] .jp-sophnet-more:nth-child(n + 2):nth-child(-n + 4),
[data-what="history"] .jp-sophnet-more:nth-child(n + 2):nth-child(-n + 3),
[data-what="history"] .jp-sophnet-more:nth-child(n + 6) {
  color: var(--jp-ui-font-color2);
}

[data-what="chats"] .jp-sophnet-more:nth-child(5),
[data-what="history"] .jp-sophnet-more:nth-child(4),
[data-what="history"] .jp-sophnet-more:nth-child(5) {
  flex-basis: 100%;
}
`,""]),r.d(t,{},{A:p})},30(o){o.exports=function(o){var t=[];return t.toString=function(){return this.map(function(t){var r="",e=void 0!==t[5];return t[4]&&(r+="@supports (".concat(t[4],") {")),t[2]&&(r+="@media ".concat(t[2]," {")),e&&(r+="@layer".concat(t[5].length>0?" ".concat(t[5]):""," {")),r+=o(t),e&&(r+="}"),t[2]&&(r+="}"),t[4]&&(r+="}"),r}).join("")},t.i=function(o,r,e,n,a){"string"==typeof o&&(o=[[null,o,void 0]]);var p={};if(e)for(var i=0;i<this.length;i++){var s=this[i][0];null!=s&&(p[s]=!0)}for(var l=0;l<o.length;l++){var c=[].concat(o[l]);e&&p[c[0]]||(void 0!==a&&(void 0===c[5]||(c[1]="@layer".concat(c[5].length>0?" ".concat(c[5]):""," {").concat(c[1],"}")),c[5]=a),r&&(c[2]&&(c[1]="@media ".concat(c[2]," {").concat(c[1],"}")),c[2]=r),n&&(c[4]?(c[1]="@supports (".concat(c[4],") {").concat(c[1],"}"),c[4]=n):c[4]="".concat(n)),t.push(c))}},t}},29(o){o.exports=function(o){return o[1]}},22(o){var t=[];function r(o){for(var r=-1,e=0;e<t.length;e++)if(t[e].identifier===o){r=e;break}return r}function e(o,e){for(var n={},a=[],p=0;p<o.length;p++){var i=o[p],s=e.base?i[0]+e.base:i[0],l=n[s]||0,c="".concat(s," ").concat(l);n[s]=l+1;var d=r(c),h={css:i[1],media:i[2],sourceMap:i[3],supports:i[4],layer:i[5]};if(-1!==d)t[d].references++,t[d].updater(h);else{var u=function(o,t){var r=t.domAPI(t);return r.update(o),function(t){t?(t.css!==o.css||t.media!==o.media||t.sourceMap!==o.sourceMap||t.supports!==o.supports||t.layer!==o.layer)&&r.update(o=t):r.remove()}}(h,e);e.byIndex=p,t.splice(p,0,{identifier:c,updater:u,references:1})}a.push(c)}return a}o.exports=function(o,n){var a=e(o=o||[],n=n||{});return function(o){o=o||[];for(var p=0;p<a.length;p++){var i=r(a[p]);t[i].references--}for(var s=e(o,n),l=0;l<a.length;l++){var c=r(a[l]);0===t[c].references&&(t[c].updater(),t.splice(c,1))}a=s}}},24(o){var t={};o.exports=function(o,r){var e=function(o){if(void 0===t[o]){var r=document.querySelector(o);if(window.HTMLIFrameElement&&r instanceof window.HTMLIFrameElement)try{r=r.contentDocument.head}catch(o){r=null}t[o]=r}return t[o]}(o);if(!e)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");e.appendChild(r)}},26(o){o.exports=function(o){var t=document.createElement("style");return o.setAttributes(t,o.attributes),o.insert(t,o.options),t}},25(o,t,r){o.exports=function(o){var t=r.nc;t&&o.setAttribute("nonce",t)}},23(o){o.exports=function(o){if("u"<typeof document)return{update:function(){},remove:function(){}};var t=o.insertStyleElement(o);return{update:function(r){var e,n,a;e="",r.supports&&(e+="@supports (".concat(r.supports,") {")),r.media&&(e+="@media ".concat(r.media," {")),(n=void 0!==r.layer)&&(e+="@layer".concat(r.layer.length>0?" ".concat(r.layer):""," {")),e+=r.css,n&&(e+="}"),r.media&&(e+="}"),r.supports&&(e+="}"),(a=r.sourceMap)&&"u">typeof btoa&&(e+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(a))))," */")),o.styleTagTransform(e,t,o.options)},remove:function(){var o;null===(o=t).parentNode||o.parentNode.removeChild(o)}}}},27(o){o.exports=function(o,t){if(t.styleSheet)t.styleSheet.cssText=o;else{for(;t.firstChild;)t.removeChild(t.firstChild);t.appendChild(document.createTextNode(o))}}},21(o,t,r){var e=r(22),n=r.n(e),a=r(23),p=r.n(a),i=r(24),s=r.n(i),l=r(25),c=r.n(l),d=r(26),h=r.n(d),u=r(27),f=r.n(u),v=r(28),j={};j.styleTagTransform=f(),j.setAttributes=c(),j.insert=s().bind(null,"head"),j.domAPI=p(),j.insertStyleElement=h(),n()(v.A,j),v.A&&v.A.locals&&v.A.locals;var m=r(31),b={};b.styleTagTransform=f(),b.setAttributes=c(),b.insert=s().bind(null,"head"),b.domAPI=p(),b.insertStyleElement=h(),n()(m.A,b),m.A&&m.A.locals&&m.A.locals;var w=r(32),g={};g.styleTagTransform=f(),g.setAttributes=c(),g.insert=s().bind(null,"head"),g.domAPI=p(),g.insertStyleElement=h(),n()(w.A,g),w.A&&w.A.locals&&w.A.locals;var x=r(33),y={};y.styleTagTransform=f(),y.setAttributes=c(),y.insert=s().bind(null,"head"),y.domAPI=p(),y.insertStyleElement=h(),n()(x.A,y),x.A&&x.A.locals&&x.A.locals}}]);